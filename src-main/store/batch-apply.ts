/**
 * Writes and takes back the decisions of a batch. Every one is a revision of its own, conflict-checked like a person's;
 * they are committed a chunk at a time, and what a crash leaves undone goes on from where it stopped.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Batch } from '../../src-shared/contract/procedures.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { getBatch, requireState } from './batch.ts';
import { type WritableDb, read, transact, write } from './db.ts';
import { latestRevisionId, type NewReview, submitReview } from './review.ts';

/** One commit; about 20 ms. */
const CHUNK = 100;

export interface BatchHooks {
  readonly signal: AbortSignal;
  /** After each commit. */
  readonly onProgress: (batch: Batch) => void;
}

interface Item {
  readonly sample_id: number;
  readonly prediction_id: number;
  readonly review_id: number | null;
  /** Of the sample now. */
  readonly shown_prediction: number | null;
  readonly standing_review: number | null;
}

const OPEN = `
SELECT i.sample_id, i.prediction_id, i.review_id, t.prediction_id AS shown_prediction, t.review_id AS standing_review
FROM batch_item i JOIN sample_state t ON t.sample_id = i.sample_id WHERE i.batch_id = ?`;

/**
 * Accepts every sample of the batch that nobody judged wrong, decided or labelled again meanwhile.
 * Throws `bad_input` unless the audit passed, `conflict` when the batch is over, `cancelled` (it can go on).
 */
export async function applyBatch(
  db: WritableDb,
  id: number,
  reviewer: string,
  hooks: BatchHooks,
): Promise<Batch> {
  const batch = getBatch(db, id);
  requireState(batch, ['auditing', 'applying']);
  if (!batch.passed) {
    throw new FoveaError('bad_input', 'the audit has not passed: nothing was accepted', {
      next: 'Look at all that were drawn; with too many wrong, narrow the filter or review them one by one',
    });
  }
  const note = `batch ${id}: ${batch.wrong} wrong of ${batch.looked} looked at, of ${batch.population}`;
  setState(db, id, 'applying');
  await inChunks(
    db,
    id,
    `${OPEN} AND i.outcome IS NULL AND i.verdict IS NOT 'wrong' ORDER BY i.sample_id LIMIT ${CHUNK}`,
    hooks,
    (item) => {
      if (item.shown_prediction !== item.prediction_id || item.standing_review !== null)
        return settle(db, id, item, 'changed_meanwhile', null);
      // A decision taken back, or a note alone, may come before this one.
      const latest = latestRevisionId(db, item.sample_id);
      const review = attempt(db, item, 'accept', reviewer, note, latest);
      settle(db, id, item, review === null ? 'changed_meanwhile' : 'accepted', review);
    },
  );
  setState(db, id, 'applied');
  return getBatch(db, id);
}

/** Takes the batch's decisions back; those that were decided anew stay. Throws `conflict`, `cancelled` (it can go on). */
export async function undoBatch(
  db: WritableDb,
  id: number,
  reviewer: string,
  hooks: BatchHooks,
): Promise<Batch> {
  requireState(getBatch(db, id), ['applying', 'applied']);
  await inChunks(
    db,
    id,
    `${OPEN} AND i.outcome = 'accepted' ORDER BY i.sample_id LIMIT ${CHUNK}`,
    hooks,
    (item) => {
      const stands = item.standing_review === item.review_id;
      const review = stands && attempt(db, item, 'reset', reviewer, `undo of batch ${id}`, item.review_id);
      settle(db, id, item, review ? 'undone' : 'kept_as_decided', item.review_id);
    },
  );
  setState(db, id, 'undone');
  return getBatch(db, id);
}

async function inChunks(
  db: WritableDb,
  id: number,
  open: string,
  { signal, onProgress }: BatchHooks,
  work: (item: Item) => void,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const more = transact(db, () => {
      const items = read<Item>(db, open).all(id);
      for (const item of items) work(item);
      return items.length > 0;
    });
    if (!more) return;
    onProgress(getBatch(db, id));
    await breathe();
  }
}

/** The revision's id, or null when somebody decided in the meantime. */
function attempt(
  db: WritableDb,
  { sample_id, prediction_id }: Item,
  decision: NewReview['decision'],
  reviewer: string,
  note: string,
  basedOn: number | null,
): number | null {
  try {
    const review = {
      sampleId: sample_id,
      predictionId: prediction_id,
      decision,
      label: null,
      reviewer,
      note,
    };
    return submitReview(db, review, basedOn).review.id;
  } catch (thrown) {
    if (FoveaError.from(thrown).code === 'conflict') return null;
    throw thrown;
  }
}

function settle(db: WritableDb, id: number, item: Item, outcome: string, reviewId: number | null): void {
  write(db, 'UPDATE batch_item SET outcome = ?, review_id = ? WHERE batch_id = ? AND sample_id = ?').run(
    outcome,
    reviewId,
    id,
    item.sample_id,
  );
}

function setState(db: WritableDb, id: number, state: Batch['state']): void {
  write(db, 'UPDATE batch SET state = ?, ended_at = ? WHERE id = ?').run(state, new Date().toISOString(), id);
}
