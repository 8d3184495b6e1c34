/** One JSON list of objects. */
import { LINE_BYTES } from '../rows/limits.ts';
import { countLines, readFile } from './bytes.ts';
import type { Container } from './container.ts';
import { readArray } from './json-list-text.ts';
import { jsonRows } from './json-text.ts';

export const jsonList: Container = {
  name: 'json-list',
  words: 'a JSON list',
  unit: 'line',
  fits: ({ firstByte }) => firstByte === 0x5b,
  open: ({ path }) =>
    Promise.resolve({
      detail: null,
      columns: null,
      count: () => countLines(path),
      rows: () => jsonRows(readArray(readFile(path), LINE_BYTES)),
    }),
};
