/**
 * The derived rows behind the queue: state, drop, decision and scores of each sample in a narrow table, so that
 * filtering, sorting and counting 100,000 samples stays quick, and its searched text lies beside it (`search/text.ts`). Always written in the
 * transaction that changes what they derive from.
 */
import type { SampleState } from '../../../src-shared/contract/domain.ts';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';
import { DEALT, EFFECTIVE } from './effective.ts';
import { ensureOutcome } from '../outcomes/stored.ts';
import { ensureScores } from '../scores/scores.ts';
import { refreshAllSearch, refreshSearch } from '../search/text.ts';

const JOINS = `
FROM sample s
LEFT JOIN review r ON r.id = ${EFFECTIVE}
LEFT JOIN prediction p ON p.sample_id = s.id AND p.run_id = COALESCE(
  (SELECT run_id FROM sample_run WHERE sample_id = s.id), (SELECT active_run_id FROM project))`;

/**
 * Null unless two people or more decided on the label that is shown; each one's last word counts. They agree when all
 * accepted, all corrected or all rejected it; of a dealt sample the corrected labels have to be the same, too.
 */
const AGREEMENT = `(
  SELECT CASE WHEN COUNT(DISTINCT w.decision) = 1 AND (COUNT(DISTINCT w.label) <= 1 OR NOT ${DEALT}) THEN 'agree'
    ELSE 'differ' END
  FROM (SELECT decision, prediction_id, label, MAX(id) FROM review v WHERE v.sample_id = s.id GROUP BY reviewer) w
  WHERE w.decision <> 'reset' AND w.prediction_id IS p.id HAVING COUNT(*) > 1)`;

/** A correction's own label has the say on where the RoI is. */
const DERIVE = `
INSERT INTO sample_state (sample_id, state, dropped, language, split, tag, prediction_id, review_id, drop_rule,
  drop_value, reviewer, reviewed_at, disagreement, uncertainty, roi_size, roi_x, roi_y, iou, agreement, reason,
  outcome, localised)
SELECT s.id,
  CASE r.decision WHEN 'accept' THEN 'accepted' WHEN 'correct' THEN 'corrected' WHEN 'reject' THEN 'rejected'
    ELSE CASE WHEN p.id IS NULL THEN 'unlabelled' ELSE 'pending' END END,
  p.dropped_rule IS NOT NULL, s.language, s.split, (SELECT MIN(tag) FROM sample_tag WHERE sample_id = s.id), p.id,
  CASE WHEN r.decision <> 'reset' THEN r.id END, p.dropped_rule, p.dropped_value,
  CASE WHEN r.decision <> 'reset' THEN r.reviewer END, CASE WHEN r.decision <> 'reset' THEN r.created_at END,
  ps.disagreement, ps.uncertainty,
  CASE WHEN rs.review_id IS NULL THEN ps.roi_size ELSE rs.roi_size END,
  CASE WHEN rs.review_id IS NULL THEN ps.roi_x ELSE rs.roi_x END,
  CASE WHEN rs.review_id IS NULL THEN ps.roi_y ELSE rs.roi_y END, rs.iou,
  CASE WHEN r.id IS NOT NULL OR ${DEALT} THEN ${AGREEMENT} END, r.reason, ao.outcome, ao.localised
${JOINS}
LEFT JOIN prediction_score ps ON ps.prediction_id = p.id
LEFT JOIN review_score rs ON rs.review_id = r.id
LEFT JOIN answer_outcome ao ON ao.prediction_id = p.id`;

const UPSERT = `
ON CONFLICT (sample_id) DO UPDATE SET state = excluded.state, dropped = excluded.dropped,
  language = excluded.language, split = excluded.split, tag = excluded.tag,
  prediction_id = excluded.prediction_id, review_id = excluded.review_id, drop_rule = excluded.drop_rule,
  drop_value = excluded.drop_value, reviewer = excluded.reviewer, reviewed_at = excluded.reviewed_at,
  disagreement = excluded.disagreement, uncertainty = excluded.uncertainty, roi_size = excluded.roi_size,
  roi_x = excluded.roi_x, roi_y = excluded.roi_y, iou = excluded.iou, agreement = excluded.agreement,
  reason = excluded.reason, outcome = excluded.outcome, localised = excluded.localised`;

/** Of more samples than this, what they are searched by is derived for all at once: texts lie in blocks. */
const SEARCH_ALONE = 500;

/** Derives one sample's row anew, and computes the scores and the outcome it lacks. */
export function refreshSampleState(db: WritableDb, sampleId: number): void {
  const { prediction, review } = read<{ prediction: number | null; review: number | null }>(
    db,
    `SELECT p.id AS prediction, CASE WHEN r.decision = 'correct' THEN r.id END AS review ${JOINS} WHERE s.id = ?`,
  ).get(sampleId)!;
  ensureScores(db, prediction, review);
  if (prediction !== null) ensureOutcome(db, prediction);
  write(db, `${DERIVE} WHERE s.id = ? ${UPSERT}`).run(sampleId);
  refreshSearch(db, sampleId);
}

/**
 * Derives the rows of new samples in `(after, upTo]`: what {@link DERIVE} comes to for a sample that nobody has asked, decided on
 * or dealt, whose number nothing had before. What they are searched by is the caller's.
 */
export function addSampleStates(db: WritableDb, after: number, upTo: number): void {
  write(
    db,
    `INSERT INTO sample_state (sample_id, state, dropped, language, split, tag)
     SELECT id, 'unlabelled', 0, language, split,
       CASE tags WHEN '[]' THEN NULL ELSE (SELECT MIN(tag) FROM sample_tag WHERE sample_id = sample.id) END
     FROM sample WHERE id > ? AND id <= ?`,
  ).run(after, upTo);
}

/**
 * Derives the rows of a batch's samples in `(after, upTo]` anew. What a sample is searched by stays as it is, and scores are
 * not computed: those of predictions are there or come later.
 */
export function refreshBatchStates(db: WritableDb, batchId: number, after: number, upTo: number): void {
  write(
    db,
    `${DERIVE} WHERE s.id IN (SELECT sample_id FROM batch_item WHERE batch_id = ? AND sample_id > ? AND sample_id <= ?)
     ${UPSERT}`,
  ).run(batchId, after, upTo);
}

/** Derives every row anew: after another run became the active one. Missing scores come later (`score-backlog.ts`, `outcome-backlog.ts`). */
export function refreshAllSampleStates(db: WritableDb): void {
  write(db, `${DERIVE} WHERE true ${UPSERT}`).run();
  refreshAllSearch(db);
}

/** Derives the rows of these samples anew; missing scores come later (`score-backlog.ts`, `outcome-backlog.ts`). */
export function refreshSampleStates(db: WritableDb, ids: readonly number[]): void {
  write(db, `${DERIVE} WHERE s.id IN (SELECT value FROM json_each(?)) ${UPSERT}`).run(JSON.stringify(ids));
  if (ids.length > SEARCH_ALONE) refreshAllSearch(db);
  else for (const id of ids) refreshSearch(db, id);
}

export interface SampleStateRow {
  readonly state: SampleState;
  /** The active run's prediction. */
  readonly predictionId: number | null;
  /** The revision that stands; null when unreviewed or reset. */
  readonly reviewId: number | null;
}

/** The derived row, or null when there is no such sample. */
export function sampleState(db: ReadableDb, sampleId: number): SampleStateRow | null {
  const row = read<{ state: SampleState; prediction_id: number | null; review_id: number | null }>(
    db,
    'SELECT state, prediction_id, review_id FROM sample_state WHERE sample_id = ?',
  ).get(sampleId);
  return row ? { state: row.state, predictionId: row.prediction_id, reviewId: row.review_id } : null;
}

/** The numbers that samples are sorted by; null where there is none. */
export interface SampleNumbers {
  readonly disagreement: number | null;
  readonly uncertainty: number | null;
  readonly roiSize: number | null;
  readonly iou: number | null;
}

/** Of a sample that is there. */
export function sampleNumbers(db: ReadableDb, sampleId: number): SampleNumbers {
  return read<SampleNumbers>(
    db,
    'SELECT disagreement, uncertainty, roi_size AS roiSize, iou FROM sample_state WHERE sample_id = ?',
  ).get(sampleId)!;
}

/** Whether the people who decided on a sample's label agree; null where not two did. */
export function sampleAgreement(db: ReadableDb, sampleId: number): 'agree' | 'differ' | null {
  return (
    read<{ agreement: 'agree' | 'differ' | null }>(
      db,
      'SELECT agreement FROM sample_state WHERE sample_id = ?',
    ).get(sampleId)?.agreement ?? null
  );
}
