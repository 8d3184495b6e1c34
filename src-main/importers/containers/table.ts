/**
 * A table as text: names in the first row, values separated by commas, semicolons or tabs, in quotes where they hold
 * those or line breaks (RFC 4180, and pandas' TSV, which quotes the same way). csv-parse reads it piece by piece.
 */
import { Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { TABLE_COLUMNS, TABLE_ROW_BYTES } from '../rows/limits.ts';
import { shown } from '../rows/reasons.ts';
import { CORRECT } from '../rows/row-error.ts';
import { countLines, readFile } from './bytes.ts';
import type { Container, ContainerRow } from './container.ts';

const QUOTE = '"';
const LF = 0x0a;
const BOM = [0xef, 0xbb, 0xbf];
/** The first of those that the first row has most of. */
const SEPARATORS: readonly (readonly [separator: string, words: string])[] = [
  ['\t', 'tabs'],
  [',', 'commas'],
  [';', 'semicolons'],
];
const MOST_NAME = 200;

export const table: Container = {
  name: 'table',
  words: 'a table',
  unit: 'line',
  fits: ({ kind, head, firstByte }) =>
    kind === 'file' &&
    firstByte !== 0x7b &&
    firstByte !== 0x5b &&
    !head.includes(0) &&
    headerOf(head) !== null,
  open: ({ path, head }) => {
    const header = headerOf(head);
    if (!header) throw new Error(`${path} is no table`);
    const { names, separator, words } = header;
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) {
      throw new FoveaError('bad_input', `two columns of the table are called ${shown(twice)}`, {
        where: path,
        next: 'Give each column a name of its own',
      });
    }
    return Promise.resolve({
      detail: `${names.length} columns, separated by ${words}`,
      columns: names,
      count: () => countLines(path),
      rows: () =>
        tableRows(
          path,
          names,
          separator,
          BOM.every((byte, i) => head[i] === byte),
        ),
    });
  },
};

/** Names of the first row where it is one of a table: of two columns or more. */
function headerOf(head: Uint8Array): { names: string[]; separator: string; words: string } | null {
  const text = new TextDecoder('utf-8').decode(head);
  const line = firstRow(text);
  if (line === null) return null;
  const counts = SEPARATORS.map(([separator]) => cellsOf(line, separator).length);
  const most = Math.max(...counts);
  const [separator, words] = SEPARATORS[counts.indexOf(most)]!;
  const names = cellsOf(line, separator).map((name, i) => name.trim() || `column ${i + 1}`);
  if (most < 2 || most > TABLE_COLUMNS || names.some((name) => name.length > MOST_NAME)) return null;
  return { names, separator, words };
}

/** Up to the first line break outside of quotes; null: it does not end in what was read. */
function firstRow(text: string): string | null {
  const start = /^\s*/.exec(text)![0].length;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    if (text[i] === QUOTE) quoted = !quoted;
    else if (!quoted && (text[i] === '\n' || text[i] === '\r')) return text.slice(start, i);
  }
  return quoted ? null : text.slice(start);
}

function cellsOf(line: string, separator: string): string[] {
  const cells = [''];
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const at = line[i]!;
    if (at === QUOTE && quoted && line[i + 1] === QUOTE) cells[cells.length - 1] += line[++i]!;
    else if (at === QUOTE) quoted = !quoted;
    else if (at === separator && !quoted) cells.push('');
    else cells[cells.length - 1] += at;
  }
  return cells;
}

/** @param mostBytes of one row; after a longer one nothing more is read. Exported for its test. */
export async function* tableRows(
  path: string,
  names: readonly string[],
  separator: string,
  hasMark: boolean,
  mostBytes = TABLE_ROW_BYTES,
): AsyncGenerator<ContainerRow> {
  const parser = parse({
    delimiter: separator,
    // Bytes, so that what is no UTF-8 is seen; with a byte-order mark it would give texts.
    encoding: null,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: mostBytes,
  });
  const source = Readable.from(readFile(path, hasMark ? BOM.length : 0));
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let line = 1;
  let header = true;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      readonly record: Buffer[];
      readonly info: Info;
    }>) {
      if (header) header = false;
      else yield rowOf(info.lines - lineBreaksIn(record), record, names);
      line = info.lines + 1;
    }
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    yield { line, problem: { ...problemOf(thrown, mostBytes), value: null } };
  } finally {
    source.destroy();
  }
}

/** Of a row, `info.lines` is the last line. */
function lineBreaksIn(cells: readonly Buffer[]): number {
  let count = 0;
  for (const cell of cells) for (let at = cell.indexOf(LF); at >= 0; at = cell.indexOf(LF, at + 1)) count++;
  return count;
}

function problemOf({ code, message }: CsvError, mostBytes: number): { message: string; next: string } {
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return {
      message: `the row is longer than ${mostBytes / 2 ** 20} MiB; nothing behind it was read`,
      next: 'Look for a quotation mark that is opened in this row and not closed',
    };
  }
  if (code === 'CSV_QUOTE_NOT_CLOSED') {
    return {
      message: 'a quotation mark is opened and not closed; nothing behind it was read',
      next: CORRECT,
    };
  }
  return { message: `the table cannot be read any further: ${message}`, next: CORRECT };
}

function rowOf(line: number, cells: readonly Buffer[], names: readonly string[]): ContainerRow {
  if (cells.length !== names.length) {
    const value = `${cells.length} instead of ${names.length}`;
    return {
      line,
      problem: { message: 'the row has not as many values as there are columns', value, next: CORRECT },
    };
  }
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const fields: Record<string, unknown> = {};
  for (const [i, name] of names.entries()) {
    try {
      // An empty cell is no value.
      fields[name] = decoder.decode(cells[i]) || null;
    } catch {
      const next = 'Save the table as UTF-8';
      return { line, problem: { message: 'the row is not UTF-8 text', value: shown(name), next } };
    }
  }
  return { line, fields };
}
