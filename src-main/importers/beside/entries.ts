/**
 * Entries of a JSON file by a key of theirs, in any order, without holding the file: where each lies is remembered, and it is
 * read when it is asked for. Data sets write both files in one order, so a block read ahead mostly has the next one, too.
 */
import type { z } from 'zod';
import { readFile } from '../containers/bytes.ts';
import { jsonEntries } from '../containers/json-entries.ts';
import { LINE_BYTES } from '../rows/limits.ts';
import { check, parseText } from '../rows/parse.ts';
import { RowError } from '../rows/row-error.ts';

const AHEAD_BYTES = 1 << 20;

export class Entries {
  readonly #path: string;
  readonly #places: ReadonlyMap<string, readonly [from: number, bytes: number]>;
  #block = { from: 0, bytes: Buffer.alloc(0) };

  private constructor(path: string, places: ReadonlyMap<string, readonly [number, number]>) {
    this.#path = path;
    this.#places = places;
  }

  /**
   * Looks through a list or object of the file, from byte `at` to `to`.
   * @param keyOf the key of an entry; null: it has none and cannot be asked for
   * @throws JsonCut, FoveaError `io`
   */
  static async open(
    path: string,
    { at = 0, to = Infinity }: { readonly at?: number; readonly to?: number },
    keyOf: (entry: { readonly key: string | null; readonly bytes: Uint8Array }) => string | null,
  ): Promise<Entries> {
    const places = new Map<string, readonly [number, number]>();
    for await (const entry of jsonEntries(readFile(path, at, to), LINE_BYTES, { at })) {
      if (entry.bytes === null) continue;
      const key = keyOf({ key: entry.key, bytes: entry.bytes });
      if (key !== null && !places.has(key)) places.set(key, [entry.from, entry.to - entry.from]);
    }
    return new Entries(path, places);
  }

  /** The entry of a key; null: there is none. Throws RowError for one that is not what it should be, FoveaError `io`. */
  async get<S extends z.ZodType>(key: string, schema: S, words: string): Promise<z.output<S> | null> {
    const place = this.#places.get(key);
    if (!place) return null;
    const raw = parseText((await this.#read(...place)).toString('utf8'));
    const parsed = raw.ok ? check(raw.value, schema) : raw;
    if (parsed.ok) return parsed.value;
    throw new RowError(`${words}: ${parsed.message}`, parsed.value);
  }

  async #read(from: number, bytes: number): Promise<Buffer> {
    const { from: begins, bytes: block } = this.#block;
    if (from < begins || from + bytes > begins + block.length) {
      const parts: Uint8Array[] = [];
      const to = from + Math.max(bytes, AHEAD_BYTES);
      for await (const part of readFile(this.#path, from, to)) parts.push(part);
      this.#block = { from, bytes: Buffer.concat(parts) };
    }
    return this.#block.bytes.subarray(from - this.#block.from, from - this.#block.from + bytes);
  }
}
