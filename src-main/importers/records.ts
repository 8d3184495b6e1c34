/**
 * The walk all importers share: pieces of text out of a file, each through the format's schema, problems kept with
 * the line they are on.
 */
import type { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { plainChunks } from '../files/plain-file.ts';
import { readArray } from './json-array.ts';
import { readLines } from './lines.ts';
import { parseJson } from './parse.ts';
import type { ImportItem, ImportRecord } from './types.ts';

const LF = 0x0a;
const NEXT = 'Correct it and import the file again';

/**
 * Records of `file`, one per line or per element of its JSON list; blank lines are passed over.
 * Throws FoveaError `not_found`, `io` when the file cannot be read, and `bad_input` for one that is no ordinary file.
 */
export async function* readRecords(
  file: string,
  shape: 'lines' | 'array',
  schema: z.ZodType<ImportRecord>,
): AsyncGenerator<ImportItem> {
  const stream = readFile(file);
  for await (const { line, text, problem } of shape === 'lines' ? readLines(stream) : readArray(stream)) {
    if (text !== null && text.trim() === '') continue;
    const parsed =
      text === null
        ? ({ ok: false, message: problem ?? 'unreadable', value: null } as const)
        : parseJson(text, schema);
    yield parsed.ok
      ? { ok: true, line, record: parsed.value }
      : { ok: false, line, problem: { message: parsed.message, value: parsed.value, next: NEXT } };
  }
}

/** How many lines `file` has, to say how far an import is. Throws as {@link readFile}. */
export async function countLines(file: string): Promise<number> {
  let [count, last] = [0, LF];
  for await (const chunk of readFile(file)) {
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) count++;
    last = chunk.at(-1) ?? last;
  }
  return last === LF ? count : count + 1;
}

/** Bytes of `file` with failures as FoveaErrors. */
export async function* readFile(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* plainChunks(file, { code: 'bad_input', next: 'Name a JSON or JSONL file' });
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') {
      throw new FoveaError('not_found', 'the questions file does not exist', {
        where: file,
        next: 'Check the path',
      });
    }
    throw new FoveaError('io', `the questions file cannot be read (${code ?? String(error)})`, {
      where: file,
      next: 'Check that the file is readable',
      cause: error,
    });
  }
}
