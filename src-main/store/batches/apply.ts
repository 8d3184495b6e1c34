/**
 * Writes and takes back the decisions of a batch, all of them in one transaction: killed or cancelled on the way, the
 * project is as it was. Each decision is a revision of its own that names the batch. Both run for seconds on a large
 * batch and do not yield; `jobs/batches/run-batch.ts` gives them a thread and a connection of their own.
 */
import type { Batch } from '../../../src-shared/contract/procedures.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { getBatch, requireState } from './batch.ts';
import { type WritableDb, read, transact, write } from '../db.ts';
import { CHANGED_SAMPLES } from '../pictures/change.ts';
import { refreshBatchStates } from '../samples/state.ts';

/** Between looking whether to stop; about 50 ms. */
const SLICE = 1000;

export interface BatchHooks {
  /** Asked between slices; true takes everything back. */
  readonly stopped: () => boolean;
  readonly onProgress: (done: number, total: number) => void;
}

/** Samples of the batch in `(after, upTo]`. */
interface Slice {
  readonly after: number;
  readonly upTo: number;
}

/** Still to be decided, wanted, and as it was when the batch was made. */
const DECIDE = `
INSERT INTO review (sample_id, decision, label, prediction_id, reviewer, note, reason, created_at, batch_id)
SELECT i.sample_id, b.decision, CASE b.decision WHEN 'accept' THEN p.label END, p.id, ?,
  (SELECT note FROM review WHERE sample_id = i.sample_id ORDER BY id DESC LIMIT 1), ?, ?, b.id
FROM batch b JOIN batch_item i ON i.batch_id = b.id
JOIN sample_state t ON t.sample_id = i.sample_id JOIN prediction p ON p.id = i.prediction_id
WHERE b.id = ? AND i.sample_id > ? AND i.sample_id <= ? AND i.outcome IS NULL AND i.verdict IS NOT 'wrong'
  AND t.state = 'pending' AND t.prediction_id = i.prediction_id AND (t.dropped = 0 OR b.decision = 'reject')
  AND (b.decision = 'reject' OR t.sample_id NOT IN (${CHANGED_SAMPLES}))
ORDER BY i.sample_id`;

const DECIDED = `
UPDATE batch_item SET outcome = 'accepted', review_id = r.id FROM review r
WHERE batch_item.batch_id = ? AND r.batch_id = batch_item.batch_id AND r.sample_id = batch_item.sample_id
  AND batch_item.sample_id > ? AND batch_item.sample_id <= ?`;

const CHANGED_MEANWHILE = `
UPDATE batch_item SET outcome = 'changed_meanwhile'
WHERE batch_id = ? AND sample_id > ? AND sample_id <= ? AND outcome IS NULL AND verdict IS NOT 'wrong'`;

/** Only where the batch's decision still stands. */
const TAKE_BACK = `
INSERT INTO review (sample_id, decision, label, prediction_id, reviewer, note, created_at, batch_id)
SELECT i.sample_id, 'reset', NULL, i.prediction_id, ?, r.note, ?, i.batch_id
FROM batch_item i JOIN sample_state t ON t.sample_id = i.sample_id JOIN review r ON r.id = i.review_id
WHERE i.batch_id = ? AND i.sample_id > ? AND i.sample_id <= ? AND i.outcome = 'accepted' AND t.review_id = i.review_id
ORDER BY i.sample_id`;

const TAKEN_BACK = `
UPDATE batch_item SET outcome = 'undone' FROM review r
WHERE batch_item.batch_id = ? AND r.batch_id = batch_item.batch_id AND r.decision = 'reset' AND r.sample_id = batch_item.sample_id
  AND batch_item.sample_id > ? AND batch_item.sample_id <= ?`;

const KEPT = `
UPDATE batch_item SET outcome = 'kept_as_decided'
WHERE batch_id = ? AND sample_id > ? AND sample_id <= ? AND outcome = 'accepted'`;

/**
 * Decides every sample of the batch that nobody judged wrong, decided or labelled again meanwhile.
 * Throws `bad_input` unless the audit passed, or for a reason to accept, `conflict` when the batch is over, `cancelled`; nothing is
 * written then.
 * @param reason why they are rejected; null: nobody said
 */
export function applyBatch(
  db: WritableDb,
  id: number,
  reviewer: string,
  hooks: BatchHooks,
  reason: string | null = null,
): Batch {
  return transact(db, () => {
    const batch = getBatch(db, id);
    requireState(batch, ['auditing', 'applying']);
    if (!batch.passed) {
      throw new FoveaError('bad_input', 'the audit has not passed: nothing was decided', {
        next: 'Look at all that were drawn; with too many wrong, narrow the filter or review them one by one',
      });
    }
    if (reason !== null && batch.decision !== 'reject') {
      throw new FoveaError('bad_input', `${batch.decision} takes no reason`, {
        next: 'Leave the reason out',
      });
    }
    const at = new Date().toISOString();
    forSlices(db, batch, hooks, ({ after, upTo }) => {
      write(db, DECIDE).run(reviewer, reason, at, id, after, upTo);
      write(db, DECIDED).run(id, after, upTo);
      write(db, CHANGED_MEANWHILE).run(id, after, upTo);
    });
    return ended(db, id, 'applied', at);
  });
}

/**
 * Takes the batch's decisions back; samples that were decided anew stay as they are. Throws `conflict` when there is nothing
 * to take back, `cancelled`; nothing is written then.
 */
export function undoBatch(db: WritableDb, id: number, reviewer: string, hooks: BatchHooks): Batch {
  return transact(db, () => {
    const batch = getBatch(db, id);
    requireState(batch, ['applying', 'applied']);
    const at = new Date().toISOString();
    forSlices(db, batch, hooks, ({ after, upTo }) => {
      write(db, TAKE_BACK).run(reviewer, at, id, after, upTo);
      write(db, TAKEN_BACK).run(id, after, upTo);
      write(db, KEPT).run(id, after, upTo);
    });
    return ended(db, id, 'undone', at);
  });
}

function forSlices(
  db: WritableDb,
  { id, population }: Batch,
  { stopped, onProgress }: BatchHooks,
  work: (slice: Slice) => void,
): void {
  for (let after = 0, done = 0; done < population;) {
    if (stopped()) {
      throw new FoveaError('cancelled', 'stopped before the end: nothing was changed', {
        next: 'Begin again when you like; the audit is kept',
      });
    }
    const ids = read<{ id: number }>(
      db,
      `SELECT sample_id AS id FROM batch_item WHERE batch_id = ? AND sample_id > ? ORDER BY sample_id LIMIT ${SLICE}`,
    ).all(id, after);
    const upTo = ids.at(-1)!.id;
    work({ after, upTo });
    refreshBatchStates(db, id, after, upTo);
    after = upTo;
    done += ids.length;
    onProgress(done, population);
  }
}

function ended(db: WritableDb, id: number, state: Batch['state'], at: string): Batch {
  write(db, 'UPDATE batch SET state = ?, ended_at = ? WHERE id = ?').run(state, at, id);
  return getBatch(db, id);
}
