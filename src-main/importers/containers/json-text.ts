/** One row out of a piece of JSON text, for the containers whose rows are such pieces. */
import { parseText } from '../rows/parse.ts';
import { shown } from '../rows/reasons.ts';
import { CORRECT } from '../rows/row-error.ts';
import type { ContainerRow } from './container.ts';
import type { TextLine } from './lines.ts';

/** Rows of pieces of text; those that are blank are left out. */
export async function* jsonRows(pieces: AsyncIterable<TextLine>): AsyncGenerator<ContainerRow> {
  for await (const { line, text, problem } of pieces) {
    if (text === null) {
      yield { line, problem: { message: problem ?? 'unreadable', value: null, next: CORRECT } };
    } else if (text.trim() !== '') {
      yield jsonRow(line, text);
    }
  }
}

function jsonRow(line: number, text: string): ContainerRow {
  const parsed = parseText(text);
  if (!parsed.ok) return { line, problem: { message: parsed.message, value: parsed.value, next: CORRECT } };
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const problem = { message: 'a row is an object with fields', value: shown(value), next: CORRECT };
    return { line, problem };
  }
  return { line, fields: value as Record<string, unknown> };
}
