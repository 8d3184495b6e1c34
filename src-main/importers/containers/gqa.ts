/** GQA's questions: one JSON object whose keys are question ids and whose values are rows (`{"05515938": {"imageId": …}}`). */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { LINE_BYTES } from '../rows/limits.ts';
import { parseText } from '../rows/parse.ts';
import { CORRECT } from '../rows/row-error.ts';
import { shown } from '../rows/reasons.ts';
import { countLines, readFile } from './bytes.ts';
import type { Container, ContainerRow } from './container.ts';
import { JsonCut, jsonEntries, type JsonEntry } from './json-entries.ts';
import { decode } from './lines.ts';
import type { Subject } from './subject.ts';

export const gqaQuestions: Container = {
  name: 'json-by-id',
  words: 'JSON, an object of rows by id',
  unit: 'line',
  fits: async (subject) => {
    const first = await firstRow(subject);
    if (first === null) return false;
    if (!('imageId' in first) && 'objects' in first && 'width' in first) {
      throw new FoveaError('bad_input', 'the questions file holds scene graphs of GQA, no questions', {
        where: subject.path,
        next: 'Give the questions file of GQA, and this one as its annotations (--annotations)',
      });
    }
    return 'imageId' in first && 'question' in first;
  },
  open: ({ path }) =>
    Promise.resolve({
      detail: null,
      columns: null,
      count: () => countLines(path),
      rows: () => rowsById(path),
    }),
};

async function firstRow({ path, firstByte }: Subject): Promise<object | null> {
  if (firstByte !== 0x7b) return null;
  try {
    for await (const { bytes } of jsonEntries(readFile(path), LINE_BYTES)) {
      const parsed = bytes?.[0] === 0x7b ? parseText(decode(bytes).text ?? '') : null;
      return parsed?.ok ? (parsed.value as object) : null;
    }
  } catch (thrown) {
    if (!(thrown instanceof JsonCut)) throw thrown;
  }
  return null;
}

async function* rowsById(path: string): AsyncGenerator<ContainerRow> {
  try {
    for await (const entry of jsonEntries(readFile(path), LINE_BYTES)) yield rowOf(entry);
  } catch (thrown) {
    if (!(thrown instanceof JsonCut)) throw thrown;
    yield { line: thrown.line, problem: { message: thrown.message, value: null, next: CORRECT } };
  }
}

function rowOf({ key, bytes, line }: JsonEntry): ContainerRow {
  const problem = (message: string, value: string | null): ContainerRow => ({
    line,
    problem: { message, value, next: CORRECT },
  });
  if (bytes === null) return problem(`the row is longer than ${LINE_BYTES} bytes`, key);
  const { text, problem: unread } = decode(bytes);
  if (text === null) return problem(unread ?? 'unreadable', key);
  const parsed = parseText(text);
  if (!parsed.ok) return problem(parsed.message, parsed.value);
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return problem('a row is an object with fields', shown(value));
  }
  return { line, fields: { ...value, id: key } };
}
