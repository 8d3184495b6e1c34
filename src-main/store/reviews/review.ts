/**
 * Reviews: append-only revisions, refused UPDATE and DELETE by the schema. Each carries the full label it stands for
 * and the prediction it started from, so a decision can be read without anything else having survived.
 */
import { whyNotAcceptable } from '../../../src-shared/contract/acceptable.ts';
import type { Decision, Review, SampleState } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { BG, FG, IGNORE } from '../../../src-shared/kernels/types.ts';
import { bytesToLabels, plainBytes } from '../bytes.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { getPrediction } from '../predictions/prediction.ts';
import { ensureScores } from '../scores/scores.ts';
import { refreshSampleState, sampleState } from '../samples/state.ts';
import { getSample } from '../samples/sample.ts';

export interface NewReview {
  readonly sampleId: number;
  /** The prediction the person saw; null means the active run's. */
  readonly predictionId: number | null;
  readonly decision: Decision;
  /** `[H*W]` int8 bytes. Needed for `correct`; for `accept` it must be the prediction's own, or null. */
  readonly label: Uint8Array | null;
  readonly reviewer: string;
  readonly note: string | null;
  /** Why it is rejected; left out for none. */
  readonly reason?: string | null;
}

/** A row of `review`, for queries elsewhere that select whole ones. */
export interface ReviewRow {
  readonly id: number;
  readonly sample_id: number;
  readonly decision: Decision;
  readonly label: Uint8Array | null;
  readonly prediction_id: number | null;
  readonly reviewer: string;
  readonly note: string | null;
  readonly reason: string | null;
  readonly created_at: string;
  readonly batch_id: number | null;
}

/**
 * Appends a decision and gives it with the sample's new state. `basedOn` is the latest revision the person had seen,
 * one that took a decision back or holds only a note included (null: none; `undefined`: don't check). Throws `conflict`
 * when there is a newer one (with `own`: of the reviewer's own, who decides beside others and not after them), `bad_input` when the decision makes no sense or its label cannot be stood behind
 * (`acceptable.ts`), `not_found`; nothing is written then.
 */
export function submitReview(
  db: WritableDb,
  review: NewReview,
  basedOn: number | null | undefined,
  own = false,
): { review: Review; state: SampleState } {
  return transact(db, () => {
    getSample(db, review.sampleId);
    const latest = own
      ? latestReviewOf(db, review.sampleId, review.reviewer)
      : latestReview(db, review.sampleId);
    if (basedOn !== undefined) requireUnchanged(latest, basedOn);
    const predictionId = review.predictionId ?? sampleState(db, review.sampleId)?.predictionId ?? null;
    const label = labelOf(db, review, predictionId);
    if (label && !standsAlready(latest, review.decision, label)) requireAcceptable(label);
    const row = write<ReviewRow>(
      db,
      `INSERT INTO review (sample_id, decision, label, prediction_id, reviewer, note, reason, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
    ).get(
      review.sampleId,
      review.decision,
      label,
      predictionId,
      review.reviewer,
      review.note,
      reasonOf(review),
      new Date().toISOString(),
    )!;
    if (review.decision === 'correct') ensureScores(db, null, row.id);
    refreshSampleState(db, review.sampleId);
    return { review: toReview(row), state: sampleState(db, review.sampleId)!.state };
  });
}

/** The latest revision, a reset included; null when there is none. */
export function latestReview(db: ReadableDb, sampleId: number): Review | null {
  const row = read<ReviewRow>(db, 'SELECT * FROM review WHERE sample_id = ? ORDER BY id DESC LIMIT 1').get(
    sampleId,
  );
  return row ? toReview(row) : null;
}

/** The latest revision of one reviewer, a reset included; null when there is none. */
function latestReviewOf(db: ReadableDb, sampleId: number, reviewer: string): Review | null {
  const row = read<ReviewRow>(
    db,
    'SELECT * FROM review WHERE sample_id = ? AND reviewer = ? ORDER BY id DESC LIMIT 1',
  ).get(sampleId, reviewer);
  return row ? toReview(row) : null;
}

/** Id of the latest revision, a reset included; null when there is none. */
export function latestRevisionId(db: ReadableDb, sampleId: number): number | null {
  return read<{ id: number | null }>(db, 'SELECT MAX(id) AS id FROM review WHERE sample_id = ?').get(
    sampleId,
  )!.id;
}

/** Id of the newest revision of all; 0 when there is none. */
export function newestRevisionId(db: ReadableDb): number {
  return read<{ id: number | null }>(db, 'SELECT MAX(id) AS id FROM review').get()!.id ?? 0;
}

/** At most `limit` samples with a revision newer than that one. */
export function reviewedSince(db: ReadableDb, revisionId: number, limit: number): number[] {
  return read<{ id: number }>(db, 'SELECT DISTINCT sample_id AS id FROM review WHERE id > ? LIMIT ?')
    .all(revisionId, limit)
    .map(({ id }) => id);
}

/** The revision that counts (`samples/effective.ts`); null when there is none, or it took the decision back. */
export function standingReview(db: ReadableDb, sampleId: number): Review | null {
  const row = read<ReviewRow>(
    db,
    'SELECT r.* FROM sample_state t JOIN review r ON r.id = t.review_id WHERE t.sample_id = ?',
  ).get(sampleId);
  return row ? toReview(row) : null;
}

/** Throws `not_found`. */
export function getReview(db: ReadableDb, id: number): Review {
  const row = read<ReviewRow>(db, 'SELECT * FROM review WHERE id = ?').get(id);
  if (row) return toReview(row);
  throw new FoveaError('not_found', `there is no revision ${id}`, { next: 'Load the sample again' });
}

/** Every revision of a sample, oldest first. */
export function reviewHistory(db: ReadableDb, sampleId: number): Review[] {
  return read<ReviewRow>(db, 'SELECT * FROM review WHERE sample_id = ? ORDER BY id')
    .all(sampleId)
    .map(toReview);
}

/** A revision that takes no decision may hold a note: what stands is not all there is to overwrite. */
function requireUnchanged(latest: Review | null, basedOn: number | null): void {
  if (basedOn === (latest?.id ?? null)) return;
  const who = latest ? ` by ${latest.reviewer}` : '';
  throw new FoveaError('conflict', `the sample was reviewed${who} in the meantime`, {
    next: 'Load the sample again and look at that review first',
  });
}

/** Only who rejects has a reason to. */
function reasonOf({ decision, reason = null }: NewReview): string | null {
  if (reason === null || decision === 'reject') return reason;
  throw badReview(`${decision} takes no reason`, 'Leave the reason out');
}

/** A note on what was decided before is no new decision: what an older version took stays as it was taken. */
function standsAlready(latest: Review | null, decision: Decision, label: Uint8Array): boolean {
  return latest?.decision === decision && latest.label !== null && Buffer.compare(latest.label, label) === 0;
}

function requireAcceptable(label: Uint8Array): void {
  const refusal = whyNotAcceptable({ label });
  if (refusal) throw badReview(`the sample cannot be accepted: ${refusal.message}`, refusal.next);
}

/** The full label the decision stands for. */
function labelOf(db: ReadableDb, review: NewReview, predictionId: number | null): Uint8Array | null {
  const { decision, sampleId } = review;
  const found = predictionId === null ? null : getPrediction(db, predictionId);
  if (found && found.sampleId !== sampleId) {
    throw badReview(`prediction ${predictionId} is not about sample ${sampleId}`, 'Load the sample again');
  }
  if (decision === 'reject' || decision === 'reset') {
    if (review.label === null) return null;
    throw badReview(`${decision} takes no label`, 'Leave the label out');
  }
  if (!found) throw badReview('the sample has no prediction to decide on', 'Label it first (fovea label)');
  const { label, grid } = found.prediction;
  if (decision === 'accept') {
    if (review.label === null || Buffer.compare(review.label, label) === 0) return label;
    throw badReview(
      'accept came with another label than the predicted one',
      'Use correct to change the label',
    );
  }
  if (review.label === null) throw badReview('correct needs a label', 'Give one value per visual token');
  if (review.label.length !== grid[0] * grid[1]) {
    const size = `${review.label.length} values, the grid ${grid[0]}×${grid[1]} = ${grid[0] * grid[1]}`;
    throw badReview(`the label has ${size}`, 'Give one value per visual token, row by row');
  }
  for (const value of bytesToLabels(review.label)) {
    if (value === FG || value === BG || value === IGNORE) continue;
    throw badReview(`the label holds ${value}`, 'Use 1 (foreground), 0 (background) and -100 (ignore) only');
  }
  return review.label;
}

function badReview(message: string, next: string): FoveaError {
  return new FoveaError('bad_input', message, { next });
}

export function toReview(row: ReviewRow): Review {
  return {
    id: row.id,
    sampleId: row.sample_id,
    decision: row.decision,
    label: row.label && plainBytes(row.label),
    predictionId: row.prediction_id,
    reviewer: row.reviewer,
    note: row.note,
    reason: row.reason,
    createdAt: row.created_at,
    batchId: row.batch_id,
  };
}
