/** Rows of a Parquet file: its columns side by side, a page of each in memory. */
import type { SchemaTree } from 'hyparquet';
import { assembleNested } from 'hyparquet/src/assemble.js';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import type { Fields } from '../../rows/types.ts';
import { bad, decoding, type ParquetFile } from './file.ts';
import { classNames } from './features.ts';
import { columnPages, leavesOf } from './pages.ts';

/** Rows in the order of the file, values as JSON has them, but for binary ones (`Uint8Array`). Throws FoveaError `bad_input`, `io`. */
export async function* parquetRows(file: ParquetFile): AsyncGenerator<Fields> {
  const labels = classNames(file);
  for (const group of file.metadata.row_groups) {
    const columns = file.schema.children.map((tree) => new Column(file, tree, group.columns));
    for (let left = Number(group.num_rows); left > 0;) {
      const [count] = await decoding(file.path, () => waitFor(columns));
      const taken = Math.min(left, count);
      if (taken === 0) throw bad(file.path, 'a column has fewer rows than it claims', 'Get the file again');
      const values = await decoding(file.path, () => Promise.resolve(columns.map((one) => one.take(taken))));
      for (let row = 0; row < taken; row++) {
        const fields: Record<string, unknown> = {};
        for (const [i, { name }] of columns.entries()) {
          const value = plain(values[i]![row]);
          const names = labels.get(name);
          fields[name] = names && typeof value === 'number' ? (names[value] ?? value) : value;
        }
        yield fields;
      }
      left -= taken;
    }
  }
}

/** Until each column has some rows. @returns how many all of them have */
async function waitFor(columns: readonly Column[]): Promise<[number]> {
  let least = Infinity;
  for (const column of columns) least = Math.min(least, await column.ready());
  return [least];
}

class Column {
  readonly name: string;
  readonly #tree: SchemaTree;
  readonly #leaves: {
    readonly path: string;
    readonly pages: AsyncIterator<unknown[]>;
    rows: unknown[];
    at: number;
  }[];

  constructor(
    file: ParquetFile,
    tree: SchemaTree,
    chunks: ParquetFile['metadata']['row_groups'][number]['columns'],
  ) {
    this.name = tree.element.name;
    this.#tree = tree;
    this.#leaves = leavesOf(tree).map(({ path }) => {
      const own = path.join('.');
      const chunk = chunks.find(({ meta_data }) => meta_data?.path_in_schema.join('.') === own)?.meta_data;
      if (!chunk) throw bad(file.path, `the column ${own} is missing`, 'Get the file again');
      return { path: own, pages: columnPages(file, chunk), rows: [], at: 0 };
    });
  }

  /** How many rows can be taken; 0: it is at its end. */
  async ready(): Promise<number> {
    let least = Infinity;
    for (const leaf of this.#leaves) {
      if (leaf.at === leaf.rows.length) {
        leaf.rows = ((await leaf.pages.next()).value as unknown[] | undefined) ?? [];
        leaf.at = 0;
      }
      least = Math.min(least, leaf.rows.length - leaf.at);
    }
    return least;
  }

  take(count: number): unknown[] {
    const parts = new Map<string, unknown[]>();
    for (const leaf of this.#leaves) {
      parts.set(leaf.path, leaf.rows.slice(leaf.at, leaf.at + count));
      leaf.at += count;
    }
    if (this.#tree.children.length > 0) assembleNested(parts, this.#tree, DEFAULT_PARSERS);
    return parts.get(this.#tree.path.join('.')) ?? [];
  }
}

/** As JSON would have it: whole numbers that are exact as numbers, others as their digits; times as ISO 8601. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
      ? Number(value)
      : String(value);
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(value as unknown as ArrayLike<unknown>, plain);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}
