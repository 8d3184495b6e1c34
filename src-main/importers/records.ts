/**
 * The walk all forms share: pieces of text out of a file, each to the reader of its form, problems kept with the line
 * they are on. No more than one row is held.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { plainChunks } from '../files/plain-file.ts';
import { readArray } from './json-array.ts';
import { LINE_BYTES } from './limits.ts';
import { readLines } from './lines.ts';
import { parseText } from './parse.ts';
import { shown } from './reasons.ts';
import { CORRECT, RowError } from './row-error.ts';
import type { ImportItem, RowItem } from './types.ts';

const LF = 0x0a;

/**
 * Questions of `file`, whose rows are its lines or the elements of its JSON list; blank lines are passed over.
 * @param read one row's fields and its number in the file, 1-based; may throw RowError
 * Throws FoveaError `not_found` or `io` when the file cannot be read,
 * `bad_input` when it is no ordinary file or holds no row.
 */
export async function* readItems(
  file: string,
  shape: 'lines' | 'array',
  read: (fields: Readonly<Record<string, unknown>>, row: number) => readonly RowItem[],
): AsyncGenerator<ImportItem> {
  const stream = readFile(file);
  let row = 0;
  const rows = shape === 'lines' ? readLines(stream, LINE_BYTES) : readArray(stream, LINE_BYTES);
  for await (const { line, text, problem } of rows) {
    if (text !== null && text.trim() === '') continue;
    row++;
    if (text === null) {
      yield { ok: false, line, problem: { message: problem ?? 'unreadable', value: null, next: CORRECT } };
      continue;
    }
    for (const item of rowItems(text, row, read)) yield { line, ...item };
  }
  if (row > 0) return;
  throw new FoveaError('bad_input', 'the questions file has no rows', {
    where: file,
    next: 'Give a file of questions: JSONL, or a JSON list',
  });
}

function rowItems(
  text: string,
  row: number,
  read: (fields: Readonly<Record<string, unknown>>, row: number) => readonly RowItem[],
): readonly RowItem[] {
  const failed = (problem: RowError['reason']): RowItem[] => [{ ok: false, problem }];
  const parsed = parseText(text);
  if (!parsed.ok) return failed({ message: parsed.message, value: parsed.value, next: CORRECT });
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return failed({ message: 'a row is an object with fields', value: shown(value), next: CORRECT });
  }
  try {
    return read(value as Record<string, unknown>, row);
  } catch (thrown) {
    if (thrown instanceof RowError) return failed(thrown.reason);
    throw thrown;
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
