/** Lines of a file, read synchronously: for work that must happen inside one database transaction. */
import { closeSync, readSync } from 'node:fs';
import { TextDecoder } from 'node:util';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { openPlainSync } from '../../files/plain-file.ts';

const CHUNK = 1 << 20;
/** Far more than a decision on the largest grid takes. */
const MOST_CHARACTERS = 16 << 20;

/**
 * Yields each line without its end, holding no more than one. Throws `not_found`, `io`, and `bad_input` for a pipe or
 * folder, a line that is too long, or bytes that are not UTF-8, with its line.
 */
export function* readLines(path: string, most = MOST_CHARACTERS): Generator<string> {
  const fd = open(path);
  try {
    const buffer = Buffer.alloc(Math.min(CHUNK, most));
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let rest = '';
    let number = 1;
    for (;;) {
      const n = readSync(fd, buffer, 0, buffer.length, null);
      rest += decoded(decoder, buffer.subarray(0, n), n > 0, () => `${path} line ${number} or after it`);
      const lines = rest.split(/\r?\n/);
      rest = lines.pop()!;
      for (const line of lines) {
        requireShort(line, most, path, number);
        yield line;
        number++;
      }
      requireShort(rest, most, path, number);
      if (n === 0) break;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(fd);
  }
}

function decoded(decoder: TextDecoder, bytes: Uint8Array, stream: boolean, where: () => string): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch (cause) {
    throw new FoveaError('bad_input', 'the file is not UTF-8 text', {
      where: where(),
      next: 'Save it as UTF-8; nothing was applied',
      cause,
    });
  }
}

function requireShort(line: string, most: number, path: string, number: number): void {
  if (line.length <= most) return;
  throw new FoveaError('bad_input', `the line is longer than ${most} characters`, {
    where: `${path} line ${number}`,
    next: 'Give one decision a line; nothing was applied',
  });
}

function open(path: string): number {
  try {
    return openPlainSync(path, { code: 'bad_input', next: 'Give a file that holds the lines' });
  } catch (cause) {
    if (cause instanceof FoveaError) throw cause;
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const message = missing ? 'the file is missing' : 'the file cannot be read';
    throw new FoveaError(missing ? 'not_found' : 'io', message, {
      where: path,
      next: 'Check its name and permissions',
      cause,
    });
  }
}
