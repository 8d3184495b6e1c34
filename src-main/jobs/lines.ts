/** Lines of a file, read synchronously: for work that must happen inside one database transaction. */
import { closeSync, readSync } from 'node:fs';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { openPlainSync } from '../files/plain-file.ts';

const CHUNK = 1 << 20;

/** Yields each line without its end. Throws `not_found`, `bad_input` for a pipe or folder, or `io`. */
export function* readLines(path: string): Generator<string> {
  const fd = open(path);
  try {
    const buffer = Buffer.alloc(CHUNK);
    const decoder = new TextDecoder('utf-8');
    let rest = '';
    for (;;) {
      const n = readSync(fd, buffer, 0, CHUNK, null);
      rest += decoder.decode(buffer.subarray(0, n), { stream: n > 0 });
      const lines = rest.split(/\r?\n/);
      rest = lines.pop()!;
      yield* lines;
      if (n === 0) break;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(fd);
  }
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
