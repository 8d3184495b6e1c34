/** Rounds of dealing: samples of a scope to reviewers, what came of it, and their end. A sample is dealt once. */
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type {
  Deal,
  DealWish,
  DealtReviewer,
  OwnDeal,
} from '../../../src-shared/contract/procedures/people.ts';
import { deal } from '../../../src-shared/kernels/dealing.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { refreshSampleStates } from '../samples/state.ts';
import { scopeSql, type SampleScope } from '../samples/scope.ts';

/** One transaction; some seconds with twofold overlap. */
export const DEAL_MOST = 100_000;

interface Row {
  readonly id: number;
  readonly name: string;
  readonly overlap: number;
  readonly seed: number;
  readonly blind: number;
  readonly created_by: string;
  readonly created_at: string;
  readonly ended_at: string | null;
}

/**
 * Deals the samples of a scope that nobody decided on and that are not dealt yet, all or none.
 * @throws FoveaError `bad_input` with too many or no samples, a name twice, or more overlap than reviewers
 */
export function createDeal(
  db: WritableDb,
  {
    name,
    filter,
    ids: named,
    except,
    reviewers,
    overlap,
    seed,
    blind,
    by,
  }: DealWish & { readonly by: string },
): Deal {
  if (new Set(reviewers).size !== reviewers.length)
    throw badDeal('a reviewer is named twice', 'Name each once');
  if (overlap > reviewers.length) {
    throw badDeal(
      `${counted(overlap, 'reviewer')} a sample, but there are ${reviewers.length}`,
      'Name more reviewers, or let fewer decide on each sample',
    );
  }
  return transact(db, () => {
    const ids = undealt(db, { filter, ids: named, except });
    if (ids.length === 0) {
      throw badDeal(
        'there is nothing to deal',
        'Samples that are decided or dealt already are left out: choose others',
      );
    }
    if (ids.length > DEAL_MOST) {
      throw badDeal(
        `that is more than ${counted(DEAL_MOST, 'sample')} at once`,
        'Deal fewer, in several rounds',
      );
    }
    const { lastId } = write(
      db,
      'INSERT INTO deal (name, overlap, seed, blind, filter, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ).run(name, overlap, seed, blind ? 1 : 0, JSON.stringify(filter), by, new Date().toISOString());
    const hands = deal(ids.length, reviewers.length, overlap, seed);
    const rows = hands.flatMap((hand, i) => hand.map((who) => [ids[i], reviewers[who]]));
    write(
      db,
      'INSERT INTO dealt (sample_id, reviewer, deal_id) SELECT value ->> 0, value ->> 1, ? FROM json_each(?)',
    ).run(lastId, JSON.stringify(rows));
    return getDeal(db, lastId);
  });
}

/** How many samples of a scope would be dealt. */
export function countUndealt(db: ReadableDb, scope: SampleScope): number {
  return undealt(db, scope).length;
}

function undealt(db: ReadableDb, scope: SampleScope): number[] {
  const { sql, params } = scopeSql(db, scope);
  return read<{ id: number }>(
    db,
    `SELECT t.sample_id AS id FROM sample_state t WHERE ${sql} AND t.review_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM dealt d WHERE d.sample_id = t.sample_id) ORDER BY t.sample_id LIMIT ${DEAL_MOST + 1}`,
  )
    .all(...params)
    .map(({ id }) => id);
}

/** All rounds, the newest first. */
export function listDeals(db: ReadableDb): Deal[] {
  return read<Row>(db, 'SELECT * FROM deal ORDER BY id DESC')
    .all()
    .map((row) => toDeal(db, row));
}

/** The rounds in which samples were dealt to one reviewer, the newest first. Asks nothing about anybody else. */
export function dealsOf(db: ReadableDb, reviewer: string): OwnDeal[] {
  return read<Row & { dealt: number; decided: number }>(
    db,
    `SELECT x.*, d.dealt, d.decided FROM deal x JOIN (
       SELECT deal_id, COUNT(*) AS dealt, COUNT(review_id) AS decided FROM dealt WHERE reviewer = ? GROUP BY deal_id
     ) d ON d.deal_id = x.id ORDER BY x.id DESC`,
  )
    .all(reviewer)
    .map((row) => ({
      id: row.id,
      name: row.name,
      blind: row.blind === 1,
      createdAt: row.created_at,
      endedAt: row.ended_at,
      dealt: row.dealt,
      decided: row.decided,
    }));
}

/** Throws `not_found`. */
export function getDeal(db: ReadableDb, id: number): Deal {
  const row = read<Row>(db, 'SELECT * FROM deal WHERE id = ?').get(id);
  if (row) return toDeal(db, row);
  throw new FoveaError('not_found', `there is no round ${id}`, { next: 'List the rounds again' });
}

/**
 * Ends a round: what nobody decided yet is dealt to nobody any more, what was decided stays as it is and counts as if the
 * others had never been asked. Ending one that is over changes nothing. Throws `not_found`. @param at when, as ISO 8601
 */
export function endDeal(db: WritableDb, id: number, at = new Date().toISOString()): Deal {
  return transact(db, () => {
    const { endedAt } = getDeal(db, id);
    if (endedAt !== null) return getDeal(db, id);
    const freed = write(db, 'UPDATE deal SET ended_at = ? WHERE id = ?');
    freed.run(at, id);
    const touched = read<{ id: number }>(
      db,
      'SELECT DISTINCT sample_id AS id FROM dealt WHERE deal_id = ? AND review_id IS NULL',
    )
      .all(id)
      .map((row) => row.id);
    write(db, 'DELETE FROM dealt WHERE deal_id = ? AND review_id IS NULL').run(id);
    refreshSampleStates(db, touched);
    return getDeal(db, id);
  });
}

/** Whether a round is open, and whether one of them is blind. */
export function openRounds(db: ReadableDb): { readonly open: boolean; readonly blind: boolean } {
  const found = read<{ blind: number | null }>(
    db,
    'SELECT MAX(blind) AS blind FROM deal WHERE ended_at IS NULL',
  ).get()!;
  return { open: found.blind !== null, blind: found.blind === 1 };
}

/** The people a sample was dealt to, in the order of their names; none for one that was not. */
export function dealtTo(db: ReadableDb, sampleId: number): string[] {
  return read<{ reviewer: string }>(db, 'SELECT reviewer FROM dealt WHERE sample_id = ? ORDER BY reviewer')
    .all(sampleId)
    .map(({ reviewer }) => reviewer);
}

function toDeal(db: ReadableDb, row: Row): Deal {
  const reviewers = read<DealtReviewer>(
    db,
    `SELECT reviewer AS name, COUNT(*) AS dealt, COUNT(review_id) AS decided FROM dealt WHERE deal_id = ?
     GROUP BY reviewer ORDER BY reviewer`,
  ).all(row.id);
  const counts = read<{ samples: number; complete: number; settled: number }>(
    db,
    `SELECT COUNT(*) AS samples, SUM(complete) AS complete, SUM(complete AND t.review_id IS NOT NULL) AS settled
     FROM (SELECT sample_id, COUNT(*) = COUNT(review_id) AS complete FROM dealt WHERE deal_id = ? GROUP BY sample_id) d
     JOIN sample_state t ON t.sample_id = d.sample_id`,
  ).get(row.id)!;
  return {
    id: row.id,
    name: row.name,
    overlap: row.overlap,
    seed: row.seed,
    blind: row.blind === 1,
    createdBy: row.created_by,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    samples: counts.samples,
    complete: counts.complete ?? 0,
    differing: (counts.complete ?? 0) - (counts.settled ?? 0),
    reviewers,
  };
}

function badDeal(message: string, next: string): FoveaError {
  return new FoveaError('bad_input', message, { next });
}
