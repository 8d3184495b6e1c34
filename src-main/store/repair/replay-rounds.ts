/**
 * Rounds of the journal that a database lacks, dealt again as they were: the same samples to the same people. Decisions are put back between
 * {@link replayRounds} and {@link endRounds}: what a sample comes to depends on to whom it was dealt, and an end frees what is not decided.
 */
import { endDeal } from '../assignment/deals.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import type { Removed } from '../journal/removal-line.ts';
import { roundKeyOf, type DealtLine, type RoundLine } from '../journal/round-line.ts';
import { refreshSampleStates } from '../samples/state.ts';
import { isRemoved, sampleOf } from './replay.ts';

const BATCH = 500;

/**
 * @param rounds all that the journal says of rounds, in the order it was written
 * @param dealt the samples of all rounds
 * @returns how many rounds were put back
 */
export async function replayRounds(
  db: WritableDb,
  rounds: readonly RoundLine[],
  dealt: AsyncIterable<DealtLine>,
  removals: Removed,
): Promise<number> {
  const missing = missingRounds(db, rounds);
  if (missing.length === 0) return 0;
  const ids = new Map<string, number>();
  transact(db, () => {
    for (const line of missing) ids.set(roundKeyOf(line), addRound(db, line));
  });
  let some: DealtLine[] = [];
  const flush = (): void => {
    transact(db, () => {
      const touched = some.flatMap((line) => dealOne(db, line, ids.get(roundKeyOf(line))!, removals) ?? []);
      refreshSampleStates(db, touched);
    });
    some = [];
  };
  for await (const line of dealt) {
    if (!ids.has(roundKeyOf(line))) continue;
    some.push(line);
    if (some.length === BATCH) flush();
  }
  flush();
  return missing.length;
}

/** Ends the rounds that the journal says ended, where they are still open, at that time. */
export function endRounds(db: WritableDb, rounds: readonly RoundLine[]): void {
  for (const { round, at, ended } of rounds) {
    if (ended === null) continue;
    const open = read<{ id: number }>(
      db,
      'SELECT id FROM deal WHERE name = ? AND created_at = ? AND ended_at IS NULL',
    ).get(round, at);
    if (open) endDeal(db, open.id, ended);
  }
}

/** Lines of rounds that were dealt and that the database does not have, one for each: a round that was put back is noted twice. */
export function missingRounds(db: ReadableDb, rounds: readonly RoundLine[]): RoundLine[] {
  const known = read(db, 'SELECT 1 FROM deal WHERE name = ? AND created_at = ?');
  const missing = new Map<string, RoundLine>();
  for (const line of rounds) {
    const { round, at, ended } = line;
    const key = JSON.stringify([round, at]);
    if (ended === null && !missing.has(key) && known.get(round, at) === undefined) missing.set(key, line);
  }
  return [...missing.values()];
}

function addRound(db: WritableDb, { round, overlap, seed, blind, filter, by, at }: RoundLine): number {
  return write(
    db,
    'INSERT INTO deal (name, overlap, seed, blind, filter, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ).run(round, overlap, seed, blind ? 1 : 0, filter, by, at).lastId;
}

/** Deals one sample again, with the last word that each said on it since; what a round's end had freed is the later round's. @returns the sample; null: there is none any more */
function dealOne(db: WritableDb, line: DealtLine, deal: number, removals: Removed): number | null {
  const sampleId = isRemoved(db, line, removals) ? null : sampleOf(db, line);
  if (sampleId === null) return null;
  const insert = write(
    db,
    `INSERT INTO dealt (sample_id, reviewer, deal_id, review_id)
     SELECT g.sample, g.reviewer, g.deal, (SELECT CASE WHEN decision = 'reset' THEN NULL ELSE id END FROM review
       WHERE sample_id = g.sample AND reviewer = g.reviewer AND created_at >= g.at ORDER BY id DESC LIMIT 1)
     FROM (SELECT ? AS sample, ? AS reviewer, ? AS deal, ? AS at) g WHERE true
     ON CONFLICT (sample_id, reviewer) DO UPDATE SET deal_id = excluded.deal_id
     WHERE dealt.review_id IS NULL AND excluded.deal_id > dealt.deal_id`,
  );
  for (const reviewer of line.dealt) insert.run(sampleId, reviewer, deal, line.at);
  return sampleId;
}
