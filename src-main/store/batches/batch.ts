/**
 * Batches: many samples accepted or rejected at once after a person looked at a random part of them. What would be
 * decided is frozen when the batch is made, so that the part looked at is a part of exactly that; nothing is decided
 * until the audit has passed. How the decisions are written is `apply.ts`.
 */
import type { Batch, Verdict } from '../../../src-shared/contract/procedures.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { auditSize, wrongAtMost } from '../../../src-shared/kernels/measures/audit.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { CHANGED_SAMPLES, UNSHOWN_SAMPLES } from '../pictures/change.ts';
import { type SampleScope, scopeSql } from '../samples/scope.ts';

/** What a batch would be about. */
export interface BatchScope extends SampleScope {
  readonly decision: Batch['decision'];
}

export interface NewBatch extends BatchScope {
  readonly target: number;
  readonly reviewer: string;
}

/** Samples that a batch does not take, by why. */
export interface LeftOut {
  readonly decided: number;
  readonly unlabelled: number;
  /** Rejecting takes them, too. */
  readonly dropped: number;
  /** Their picture cannot be shown, or is another one than was labelled. Rejecting takes them, too. */
  readonly unseen: number;
}

interface Row {
  readonly id: number;
  readonly state: Batch['state'];
  readonly decision: Batch['decision'];
  readonly target: number;
  readonly reviewer: string;
  readonly created_at: string;
  readonly ended_at: string | null;
}

interface Counts {
  readonly population: number;
  readonly planned: number;
  readonly right: number;
  readonly wrong: number;
  readonly decided: number;
  readonly changed: number;
  readonly undone: number;
  readonly kept: number;
}

/** The part looked at has an index of its own: verdicts are counted without reading the others. */
const COUNT_LOOKED = `
SELECT COUNT(*) AS planned, COUNT(CASE WHEN verdict = 'right' THEN 1 END) AS "right",
  COUNT(CASE WHEN verdict = 'wrong' THEN 1 END) AS wrong
FROM batch_item WHERE batch_id = ? AND place IS NOT NULL`;

/** All of a batch's decisions have the same. */
const REASON = "SELECT reason FROM review WHERE batch_id = ? AND decision = 'reject' LIMIT 1";

const COUNT_ITEMS = 'SELECT COUNT(*) AS population FROM batch_item WHERE batch_id = ?';

const COUNT_OUTCOMES = `
SELECT COUNT(CASE WHEN outcome = 'accepted' THEN 1 END) AS decided,
  COUNT(CASE WHEN outcome = 'changed_meanwhile' THEN 1 END) AS changed,
  COUNT(CASE WHEN outcome = 'undone' THEN 1 END) AS undone,
  COUNT(CASE WHEN outcome = 'kept_as_decided' THEN 1 END) AS kept
FROM batch_item WHERE batch_id = ?`;

/** A batch's samples: to review and, to be accepted, kept. */
const TAKEN: Readonly<Record<Batch['decision'], string>> = {
  accept: "t.state = 'pending' AND t.dropped = 0",
  reject: "t.state = 'pending'",
};

/** A label whose every cell is ignore (int8 -100, 9C) carries nothing; see `acceptable.ts`. One that no rule dropped is rare. */
const CARRIES: Readonly<Record<Batch['decision'], string>> = {
  accept: `EXISTS (SELECT 1 FROM prediction p
    WHERE p.id = t.prediction_id AND replace(hex(p.label), '9C', '') <> '')`,
  reject: 'true',
};

/** Nobody can have looked at a picture that is gone, or means a label that was made on another one. */
const SEEN: Readonly<Record<Batch['decision'], string>> = {
  accept: `t.sample_id NOT IN (${CHANGED_SAMPLES}) AND t.sample_id NOT IN (${UNSHOWN_SAMPLES})`,
  reject: 'true',
};

/** What a batch would take, and what it would leave out; nothing is written. */
export function countBatch(db: ReadableDb, wish: BatchScope): { population: number; leftOut: LeftOut } {
  const { sql, params } = scopeSql(db, wish);
  const { population, ...leftOut } = read<LeftOut & { population: number }>(
    db,
    `SELECT COUNT(CASE WHEN ${TAKEN[wish.decision]} AND ${SEEN[wish.decision]} THEN 1 END) AS population,
       COUNT(CASE WHEN t.state IN ('accepted', 'corrected', 'rejected') THEN 1 END) AS decided,
       COUNT(CASE WHEN t.state = 'unlabelled' THEN 1 END) AS unlabelled,
       COUNT(CASE WHEN t.state = 'pending' AND NOT (${TAKEN[wish.decision]}) THEN 1 END) AS dropped,
       COUNT(CASE WHEN ${TAKEN[wish.decision]} AND NOT (${SEEN[wish.decision]}) THEN 1 END) AS unseen
     FROM sample_state t WHERE ${sql}`,
  ).get(...params)!;
  return { population, leftOut };
}

/**
 * Makes a batch of what can be decided within the scope, and draws what to look at. An audit that was under way is
 * dismissed. Throws `bad_input` when there is nothing to decide; nothing is written then.
 */
export function startBatch(db: WritableDb, wish: NewBatch): { batch: Batch; leftOut: LeftOut } {
  const { target, reviewer, decision } = wish;
  return transact(db, () => {
    const within = scopeSql(db, wish);
    const counted = countBatch(db, wish);
    const before = read<{ id: number }>(db, "SELECT id FROM batch WHERE state = 'auditing'").all();
    for (const { id } of before) dismissBatch(db, id);
    const { lastId: id } = write(
      db,
      "INSERT INTO batch (state, decision, target, reviewer, created_at) VALUES ('auditing', ?, ?, ?, ?)",
    ).run(decision, target, reviewer, new Date().toISOString());
    const { changes: population } = write(
      db,
      `INSERT INTO batch_item (batch_id, sample_id, prediction_id)
       SELECT ?, t.sample_id, t.prediction_id FROM sample_state t
       WHERE ${within.sql} AND ${TAKEN[decision]} AND ${SEEN[decision]} AND ${CARRIES[decision]}`,
    ).run(id, ...within.params);
    if (population === 0) {
      throw new FoveaError('bad_input', `none of these samples can be ${decision}ed`, {
        next: 'Choose samples that are to review; dropped ones, and those whose picture changed or is missing, can only be rejected',
      });
    }
    write(
      db,
      `UPDATE batch_item SET place = drawn.place
       FROM (SELECT sample_id, row_number() OVER () AS place FROM (
         SELECT sample_id FROM batch_item WHERE batch_id = ? ORDER BY random() LIMIT ?)) drawn
       WHERE batch_id = ? AND batch_item.sample_id = drawn.sample_id`,
    ).run(id, auditSize(population, target), id);
    const { leftOut } = counted;
    const dropped = leftOut.dropped + counted.population - population;
    return { batch: getBatch(db, id), leftOut: { ...leftOut, dropped } };
  });
}

/** Throws `not_found`. */
export function getBatch(db: ReadableDb, id: number): Batch {
  const row = read<Row>(db, 'SELECT * FROM batch WHERE id = ?').get(id);
  if (!row) throw new FoveaError('not_found', `there is no batch ${id}`, { next: 'Start a new one' });
  return toBatch(db, row);
}

/** The newest `limit` batches that were not dismissed, newest first: at most one audit, then what was decided or undone. */
export function listBatches(db: ReadableDb, limit: number): Batch[] {
  return read<Row>(db, "SELECT * FROM batch WHERE state <> 'dismissed' ORDER BY id DESC LIMIT ?")
    .all(limit)
    .map((row) => toBatch(db, row));
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
        next: 'Start the audit again',
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

function toBatch(db: ReadableDb, row: Row): Batch {
  const { id, state, decision, target } = row;
  const count = <C>(sql: string): C => read<C>(db, sql).get(id)!;
  const { population } = count<Pick<Counts, 'population'>>(COUNT_ITEMS);
  const { planned, right, wrong } = count<Pick<Counts, 'planned' | 'right' | 'wrong'>>(COUNT_LOOKED);
  const outcomes =
    state === 'auditing'
      ? { decided: 0, changed: 0, undone: 0, kept: 0 }
      : count<Pick<Counts, 'decided' | 'changed' | 'undone' | 'kept'>>(COUNT_OUTCOMES);
  const looked = right + wrong;
  const bound = wrongAtMost(wrong, looked, population);
  return {
    id,
    state,
    decision,
    reason: read<{ reason: string | null }>(db, REASON).get(id)?.reason ?? null,
    target,
    population,
    planned,
    looked,
    wrong,
    wrongAtMost: bound,
    passed: planned > 0 && looked === planned && bound <= target,
    refused: wrongAtMost(wrong, planned, population) > target,
    decided: outcomes.decided,
    changedMeanwhile: outcomes.changed,
    undone: outcomes.undone,
    keptAsDecided: outcomes.kept,
    reviewer: row.reviewer,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}
