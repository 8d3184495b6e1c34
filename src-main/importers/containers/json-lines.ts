/** JSON, one object a line; a file of a single object is one such line where the object is a row. */
import { countLines, readFile } from './bytes.ts';
import type { Container } from './container.ts';
import { jsonRows } from './json-text.ts';
import { readLines } from './lines.ts';
import { LINE_BYTES } from '../rows/limits.ts';

export const jsonLines: Container = {
  name: 'jsonl',
  words: 'JSON, one object a line',
  unit: 'line',
  fits: async ({ firstByte, members, isRow }) => {
    if (firstByte !== 0x7b) return false;
    const own = await members();
    return own === null || isRow(Object.fromEntries(own.map(({ key }) => [key, null])));
  },
  open: ({ path }) =>
    Promise.resolve({
      detail: null,
      columns: null,
      count: () => countLines(path),
      rows: () => jsonRows(readLines(readFile(path), LINE_BYTES)),
    }),
};
