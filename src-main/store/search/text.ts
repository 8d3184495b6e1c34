/**
 * What samples are searched by: id, question, answer and given answer, folded (`foldText`), {@link BLOCK} samples to a row of
 * `search_block`, each ended by {@link END}. A few thousand long texts are looked through far sooner than a million short
 * ones. `search_gram` says what a block cannot hold, or nothing where that is not known. Derived like `sample_state`, in the same transactions.
 */
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { gramsOf } from './grams.ts';

/** Samples of one block: those whose ids give the same `floor(id / BLOCK)`. */
export const BLOCK = 128;
/** Ends each sample's text; the texts themselves hold none. */
export const END = '\x1e';
/** Each text of a sample is searched by so many characters; nobody looks for what comes behind. */
const MOST_CHARACTERS = 25_000;
const BLOCKS_AT_ONCE = 32;

/** Text as it is compared: case, width and composition do not count. */
export function foldText(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(END, ' ');
}

/** What a sample is searched by. */
export function searchText(sample: {
  readonly externalId: string;
  readonly question: string;
  readonly answer: string | null;
  readonly referenceAnswer: string | null;
}): string {
  const { externalId, question, answer, referenceAnswer } = sample;
  return foldText(
    `${searched(externalId)}\n${searched(question)}\n${searched(answer)}\n${searched(referenceAnswer)}`,
  );
}

/** What of a text is searched. */
function searched(text: string | null): string {
  return text?.slice(0, MOST_CHARACTERS) ?? '';
}

/** How often this connection wrote searched text, so that what was found before is looked for again. */
const written = new WeakMap<ReadableDb, number>();

export function timesWritten(db: ReadableDb): number {
  return written.get(db) ?? 0;
}

/** Writes the texts of these samples; null: there is no such sample any more. @param texts by ascending id */
export function writeSearch(
  db: WritableDb,
  texts: Iterable<readonly [id: number, text: string | null]>,
): void {
  let block = -1;
  let parts: string[] = [];
  let before: string | null = null;
  const finish = (): void => {
    if (block < 0) return;
    const text = parts.some((part) => part !== '') ? parts.join(END) + END : '';
    if (text !== (before ?? '')) writeBlock(db, block, text);
  };
  for (const [id, text] of texts) {
    const own = Math.floor(id / BLOCK);
    if (own !== block) {
      finish();
      block = own;
      before = blockText(db, block);
      parts = before === null ? new Array<string>(BLOCK).fill('') : before.split(END).slice(0, BLOCK);
    }
    parts[id % BLOCK] = text ?? '';
  }
  finish();
}

/** Derives what one sample is searched by anew. */
export function refreshSearch(db: WritableDb, sampleId: number): void {
  writeSearch(db, derived(db, sampleId - 1, sampleId));
}

/** Derives what every sample is searched by anew. */
export function refreshAllSearch(db: WritableDb): void {
  const last = read<{ id: number | null }>(db, 'SELECT MAX(id) AS id FROM sample').get()?.id ?? 0;
  const step = BLOCK * BLOCKS_AT_ONCE;
  for (let first = 0; first <= last; first += step)
    writeSearch(db, derived(db, first - 1, Math.min(first + step - 1, last)));
}

/** Notes what blocks cannot hold where that is not known yet: of those that a migration wrote. */
export function fillGrams(db: WritableDb): void {
  const unknown = read<{ block: number }>(db, "SELECT block FROM search_gram WHERE grams = x''").all();
  if (unknown.length === 0) return;
  transact(db, () => {
    for (const { block } of unknown) writeGrams(db, block, blockText(db, block) ?? '');
  });
}

function blockText(db: ReadableDb, block: number): string | null {
  return read<{ text: string }>(db, 'SELECT text FROM search_block WHERE block = ?').get(block)?.text ?? null;
}

interface Row {
  readonly id: number;
  readonly externalId: string;
  readonly question: string;
  readonly answer: string | null;
  readonly referenceAnswer: string | null;
}

/** Texts of the samples in `(after, upTo]`, with the answer of the prediction that each shows. */
function derived(db: ReadableDb, after: number, upTo: number): (readonly [number, string])[] {
  return read<Row>(
    db,
    `SELECT s.id, substr(s.external_id, 1, ${MOST_CHARACTERS}) AS externalId,
       substr(s.question, 1, ${MOST_CHARACTERS}) AS question, substr(p.answer, 1, ${MOST_CHARACTERS}) AS answer,
       substr(s.reference_answer, 1, ${MOST_CHARACTERS}) AS referenceAnswer
     FROM sample s LEFT JOIN prediction p ON p.sample_id = s.id AND p.run_id = COALESCE(
       (SELECT run_id FROM sample_run WHERE sample_id = s.id), (SELECT active_run_id FROM project))
     WHERE s.id > ? AND s.id <= ? ORDER BY s.id`,
  )
    .all(after, upTo)
    .map((row) => [row.id, searchText(row)] as const);
}

function writeBlock(db: WritableDb, block: number, text: string): void {
  written.set(db, timesWritten(db) + 1);
  if (text === '') {
    write(db, 'DELETE FROM search_block WHERE block = ?').run(block);
    write(db, 'DELETE FROM search_gram WHERE block = ?').run(block);
    return;
  }
  write(
    db,
    'INSERT INTO search_block (block, text) VALUES (?, ?) ON CONFLICT (block) DO UPDATE SET text = excluded.text',
  ).run(block, text);
  writeGrams(db, block, text);
}

function writeGrams(db: WritableDb, block: number, text: string): void {
  write(
    db,
    'INSERT INTO search_gram (block, grams) VALUES (?, ?) ON CONFLICT (block) DO UPDATE SET grams = excluded.grams',
  ).run(block, gramsOf(text));
}
