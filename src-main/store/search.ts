/**
 * Samples whose text holds a query's, anywhere in it and whatever its case: every character means itself. Found once per
 * query and kept until something is written, for a list asks for its rows, its length and its counts one after the other.
 */
import { type ReadableDb, read } from './db.ts';
import { hasBits, needleBits } from './search-grams.ts';
import { BLOCK, END, foldText, timesWritten } from './search-text.ts';
import type { Sql } from './sql.ts';

/** Up to so many samples are named by their ids; above, each row asks whether it is one of them. */
const FEW = 4000;
/** Queries whose finds are kept: likeness asks for several words in turn. */
const KEPT = 6;
/** Texts read at once: as quick as many more, in little memory. */
const BLOCKS_AT_ONCE = 16;
const GRAMS_AT_ONCE = 512;
/** A needle that this share of the first blocks may hold is common. */
const COMMON = 0.8;

/** What was found. */
export interface Found {
  readonly size: number;
  /** 1 at the id of each sample found. */
  readonly marks: Uint8Array;
}

interface Kept {
  readonly state: string;
  readonly found: Map<string, Found>;
}

const kept = new WeakMap<ReadableDb, Kept>();

/** Samples by their own text, without notes. */
export function findText(db: ReadableDb, query: string): Found {
  // What a transaction wrote may be taken back yet.
  if (db.inTransaction) return lookFor(db, foldText(query));
  const state = `${timesWritten(db)} ${String(db.pragma('data_version', { simple: true }))}`;
  let before = kept.get(db);
  if (before?.state !== state) kept.set(db, (before = { state, found: new Map() }));
  const needle = foldText(query);
  let found = before.found.get(needle);
  if (!found) {
    found = lookFor(db, needle);
    const [oldest] = before.found.keys();
    if (before.found.size === KEPT && oldest !== undefined) before.found.delete(oldest);
    before.found.set(needle, found);
  }
  return found;
}

/** The condition that a sample's row, named by `column`, is one of those found. */
export function foundSql({ size, marks }: Found, column: string): Sql {
  if (size > FEW) return { sql: `substr(?, ${column} + 1, 1) = x'01'`, params: [marks] };
  const ids: number[] = [];
  for (let id = marks.indexOf(1); id >= 0; id = marks.indexOf(1, id + 1)) ids.push(id);
  return { sql: `${column} IN (SELECT value FROM json_each(?))`, params: [JSON.stringify(ids)] };
}

/** Ids of `limit` samples of those found from `offset` on, in the order they were imported or the other way round. */
export function pageOfFound({ marks }: Found, descending: boolean, offset: number, limit: number): number[] {
  const next = (id: number): number =>
    descending ? (id <= 0 ? -1 : marks.lastIndexOf(1, id - 1)) : marks.indexOf(1, id + 1);
  const ids: number[] = [];
  let place = 0;
  for (let id = next(descending ? marks.length : -1); id >= 0 && ids.length < limit; id = next(id))
    if (place++ >= offset) ids.push(id);
  return ids;
}

/** Samples with a note that holds the query. */
export function withNote(db: ReadableDb, query: string): number[] {
  return read<{ id: number }>(
    db,
    'SELECT DISTINCT sample_id AS id FROM sample_note WHERE instr(fold(text), fold(?)) > 0',
  )
    .all(query)
    .map(({ id }) => id);
}

/** `found` and these as well. */
export function withIds(found: Found, ids: readonly number[]): Found {
  const more = ids.filter((id) => found.marks[id] !== 1);
  if (more.length === 0) return found;
  const marks = new Uint8Array(Math.max(found.marks.length, ...more.map((id) => id + 1)));
  marks.set(found.marks);
  for (const id of more) marks[id] = 1;
  return { size: found.size + more.length, marks };
}

/**
 * Looks for the bytes of UTF-8, each taken for a character of its own: no text's bytes begin within another's, and V8 makes and
 * searches such strings several times as fast.
 */
function lookFor(db: ReadableDb, needle: string): Found {
  const last = read<{ block: number | null }>(db, 'SELECT MAX(block) AS block FROM search_block').get();
  const marks = new Uint8Array(((last?.block ?? -1) + 1) * BLOCK);
  const bytes = Buffer.from(needle).toString('latin1');
  const texts = read<{ block: number; bytes: Buffer }>(
    db,
    `SELECT block, CAST(text AS BLOB) AS bytes FROM search_block WHERE block IN (SELECT value FROM json_each(?))`,
  );
  let size = 0;
  const blocks = candidates(db, needle);
  for (let at = 0; at < blocks.length; at += BLOCKS_AT_ONCE) {
    for (const found of texts.all(JSON.stringify(blocks.slice(at, at + BLOCKS_AT_ONCE))))
      size += markMatches(found.bytes.toString('latin1'), bytes, found.block, marks);
  }
  return { size, marks };
}

/** Blocks that may hold the needle. Where nearly all of the first ones may, looking at the others' bits would rule out little. */
function candidates(db: ReadableDb, needle: string): number[] {
  const bits = needleBits(needle);
  if (bits.length === 0) return blocksAfter(db, -1);
  const blocks: number[] = [];
  const page = read<{ block: number; grams: Uint8Array }>(
    db,
    `SELECT block, grams FROM search_gram WHERE block > ? ORDER BY block LIMIT ${GRAMS_AT_ONCE}`,
  );
  for (let rows = page.all(-1), first = true; rows.length > 0; first = false) {
    for (const { block, grams } of rows) if (hasBits(grams, bits)) blocks.push(block);
    const { block: last } = rows.at(-1)!;
    if (first && blocks.length >= COMMON * GRAMS_AT_ONCE) return blocks.concat(blocksAfter(db, last));
    rows = page.all(last);
  }
  return blocks;
}

function blocksAfter(db: ReadableDb, block: number): number[] {
  return read<{ block: number }>(db, 'SELECT block FROM search_gram WHERE block > ? ORDER BY block')
    .all(block)
    .map(({ block }) => block);
}

function markMatches(text: string, needle: string, block: number, marks: Uint8Array): number {
  let size = 0;
  let place = 0;
  let end = -1;
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, end + 1)) {
    for (end = text.indexOf(END, end + 1); end < at; end = text.indexOf(END, end + 1)) place++;
    marks[block * BLOCK + place] = 1;
    place++;
    size++;
  }
  return size;
}
