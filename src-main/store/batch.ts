/**
 * Batches: many samples accepted at once after a person looked at a random part of them. What would be accepted is
 * frozen when the batch is made, so that the part looked at is a part of exactly that; nothing is decided until the
 * audit has passed. How the decisions are written is `batch-apply.ts`.
 */
import type { Batch, SampleFilter, Verdict } from '../../src-shared/contract/procedures.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { auditSize, wrongAtMost } from '../../src-shared/kernels/audit.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from './db.ts';
import { type Sql, whereSql } from './sample-where.ts';

export interface NewBatch {
  readonly filter: SampleFilter;
  /** Just these of the filter; null: all of it. */
  readonly ids: readonly number[] | null;
  readonly target: number;
  readonly reviewer: string;
}

/** Samples that a batch does not take, by why. */
export interface LeftOut {
  readonly decided: number;
  readonly unlabelled: number;
  readonly dropped: number;
}

interface Row {
  readonly id: number;
  readonly state: Batch['state'];
  readonly target: number;
  readonly reviewer: string;
  readonly created_at: string;
  readonly population: number;
  readonly planned: number;
  readonly right: number;
  readonly wrong: number;
  readonly accepted: number;
  readonly changed: number;
  readonly undone: number;
  readonly kept: number;
}

const SELECT = `
SELECT b.id, b.state, b.target, b.reviewer, b.created_at, COUNT(i.sample_id) AS population,
  COUNT(i.place) AS planned, COUNT(CASE WHEN i.verdict = 'right' THEN 1 END) AS "right",
  COUNT(CASE WHEN i.verdict = 'wrong' THEN 1 END) AS wrong,
  COUNT(CASE WHEN i.outcome = 'accepted' THEN 1 END) AS accepted,
  COUNT(CASE WHEN i.outcome = 'changed_meanwhile' THEN 1 END) AS changed,
  COUNT(CASE WHEN i.outcome = 'undone' THEN 1 END) AS undone,
  COUNT(CASE WHEN i.outcome = 'kept_as_decided' THEN 1 END) AS kept
FROM batch b LEFT JOIN batch_item i ON i.batch_id = b.id`;

/**
 * Makes a batch of what is to review and kept among `filter` and `ids`, and draws what to look at. An audit that was
 * under way is dismissed. Throws `bad_input` when there is nothing to accept; nothing is written then.
 */
export function startBatch(db: WritableDb, wish: NewBatch): { batch: Batch; leftOut: LeftOut } {
  const { target, reviewer } = wish;
  return transact(db, () => {
    const within = scope(wish);
    const leftOut = countLeftOut(db, within);
    const before = read<{ id: number }>(db, "SELECT id FROM batch WHERE state = 'auditing'").all();
    for (const { id } of before) dismissBatch(db, id);
    const { lastId: id } = write(
      db,
      "INSERT INTO batch (state, target, reviewer, created_at) VALUES ('auditing', ?, ?, ?)",
    ).run(target, reviewer, new Date().toISOString());
    const { changes: population } = write(
      db,
      `INSERT INTO batch_item (batch_id, sample_id, prediction_id)
       SELECT ?, t.sample_id, t.prediction_id FROM sample_state t
       WHERE ${within.sql} AND t.state = 'pending' AND t.dropped = 0`,
    ).run(id, ...within.params);
    if (population === 0) {
      throw new FoveaError('bad_input', 'none of these samples can be accepted', {
        next: 'Choose samples that are to review and were not dropped',
      });
    }
    write(
      db,
      `UPDATE batch_item SET place = drawn.place
       FROM (SELECT sample_id, row_number() OVER () AS place FROM (
         SELECT sample_id FROM batch_item WHERE batch_id = ? ORDER BY random() LIMIT ?)) drawn
       WHERE batch_id = ? AND batch_item.sample_id = drawn.sample_id`,
    ).run(id, auditSize(population, target), id);
    return { batch: getBatch(db, id), leftOut };
  });
}

/** Throws `not_found`. */
export function getBatch(db: ReadableDb, id: number): Batch {
  const row = read<Row>(db, `${SELECT} WHERE b.id = ? GROUP BY b.id`).get(id);
  if (!row) throw new FoveaError('not_found', `there is no batch ${id}`, { next: 'Begin a new one' });
  return toBatch(row);
}

/** The batch begun last that is not over (an applied one can be undone), or null. */
export function latestBatch(db: ReadableDb): Batch | null {
  const last = read<{ id: number; state: Batch['state'] }>(
    db,
    "SELECT id, state FROM batch WHERE state <> 'dismissed' ORDER BY id DESC LIMIT 1",
  ).get();
  return last && last.state !== 'undone' ? getBatch(db, last.id) : null;
}

/** What to look at, in the order drawn. */
export function auditOf(db: ReadableDb, id: number): { sampleId: number; verdict: Verdict | null }[] {
  return read<{ sampleId: number; verdict: Verdict | null }>(
    db,
    `SELECT sample_id AS sampleId, verdict FROM batch_item WHERE batch_id = ? AND place IS NOT NULL ORDER BY place`,
  ).all(id);
}

/** Notes what a person found; `null` takes it back. Throws `not_found`, `conflict` once the audit is over. */
export function judge(db: WritableDb, id: number, sampleId: number, verdict: Verdict | null): Batch {
  return transact(db, () => {
    requireState(getBatch(db, id), ['auditing']);
    const { changes } = write(
      db,
      'UPDATE batch_item SET verdict = ? WHERE batch_id = ? AND sample_id = ? AND place IS NOT NULL',
    ).run(verdict, id, sampleId);
    if (changes === 0) {
      throw new FoveaError('not_found', `sample ${sampleId} is not among those to look at`, {
        next: 'Begin the audit again',
      });
    }
    return getBatch(db, id);
  });
}

/** Ends an audit; nothing was decided. One that is over already is no error. */
export function dismissBatch(db: WritableDb, id: number): void {
  transact(db, () => {
    const { changes } = write(
      db,
      "UPDATE batch SET state = 'dismissed', ended_at = ? WHERE id = ? AND state = 'auditing'",
    ).run(new Date().toISOString(), id);
    if (changes > 0) write(db, 'DELETE FROM batch_item WHERE batch_id = ?').run(id);
  });
}

/** Throws `conflict` when the batch is in none of these states. */
export function requireState(batch: Batch, states: readonly Batch['state'][]): void {
  if (states.includes(batch.state)) return;
  throw new FoveaError('conflict', `batch ${batch.id} is ${batch.state} already`, {
    next: 'Load the page again to see how it stands',
  });
}

function scope({ filter, ids }: NewBatch): Sql {
  const where = whereSql(filter);
  if (ids === null) return where;
  return {
    sql: `${where.sql} AND t.sample_id IN (SELECT value FROM json_each(?))`,
    params: [...where.params, JSON.stringify(ids)],
  };
}

function countLeftOut(db: ReadableDb, { sql, params }: Sql): LeftOut {
  return read<LeftOut>(
    db,
    `SELECT COUNT(CASE WHEN t.state IN ('accepted', 'corrected', 'rejected') THEN 1 END) AS decided,
       COUNT(CASE WHEN t.state = 'unlabelled' THEN 1 END) AS unlabelled,
       COUNT(CASE WHEN t.state = 'pending' AND t.dropped = 1 THEN 1 END) AS dropped
     FROM sample_state t WHERE ${sql}`,
  ).get(...params)!;
}

function toBatch(row: Row): Batch {
  const looked = row.right + row.wrong;
  const bound = wrongAtMost(row.wrong, looked, row.population);
  return {
    id: row.id,
    state: row.state,
    target: row.target,
    population: row.population,
    planned: row.planned,
    looked,
    wrong: row.wrong,
    wrongAtMost: bound,
    passed: row.planned > 0 && looked === row.planned && bound <= row.target,
    accepted: row.accepted,
    changedMeanwhile: row.changed,
    undone: row.undone,
    keptAsDecided: row.kept,
    reviewer: row.reviewer,
    createdAt: row.created_at,
  };
}
