/**
 * Outcomes as they are kept, one row a prediction, so that 100,000 samples are filtered and counted by a column. What they were
 * counted from forgets them when it changes (triggers); a rule that counts otherwise by now is found by its name and version.
 */
import { RULES_VERSION, scorerOf } from '../../../src-shared/kernels/scorers/score.ts';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';
import { scoredPrediction } from './scored.ts';

/** Counts a prediction's outcome where it is missing, or was counted by another rule. In the caller's transaction. */
export function ensureOutcome(db: WritableDb, predictionId: number): void {
  const before = read<{ scorer: string; rules: number; benchmark: string | null }>(
    db,
    `SELECT o.scorer, o.rules, b.benchmark FROM answer_outcome o JOIN prediction p ON p.id = o.prediction_id
       LEFT JOIN sample_benchmark b ON b.sample_id = p.sample_id
     WHERE o.prediction_id = ?`,
  ).get(predictionId);
  if (before && before.rules === RULES_VERSION && before.scorer === scorerOf(before.benchmark)) return;
  const now = scoredPrediction(db, predictionId);
  if (!now) return;
  write(
    db,
    `INSERT OR REPLACE INTO answer_outcome (prediction_id, scorer, rules, first_score, crop_score, first_by, crop_by,
       truth_iou, outcome, localised) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    predictionId,
    now.scorer,
    now.rules,
    now.first.score,
    now.crop?.score ?? null,
    now.first.judged?.reviewer ?? null,
    now.crop?.judged?.reviewer ?? null,
    now.truthIou,
    now.outcome,
    now.localised,
  );
}

/** The last sample there is; 0 without any. */
export function lastSample(db: ReadableDb): number {
  return read<{ id: number | null }>(db, 'SELECT MAX(sample_id) AS id FROM sample_state').get()!.id ?? 0;
}

/** Samples in `(after, upTo]` whose shown prediction has no outcome, or one by another rule than counts now. */
export function samplesToCount(db: ReadableDb, after: number, upTo: number): number[] {
  const rules = read<{ name: string }>(db, 'SELECT DISTINCT benchmark AS name FROM sample_benchmark')
    .all()
    .map(({ name }) => [name, scorerOf(name)]);
  return read<{ id: number }>(
    db,
    `SELECT t.sample_id AS id FROM sample_state t
       LEFT JOIN answer_outcome o ON o.prediction_id = t.prediction_id
       LEFT JOIN sample_benchmark b ON b.sample_id = t.sample_id
       LEFT JOIN json_each(?) j ON j.key = b.benchmark
     WHERE t.sample_id > ? AND t.sample_id <= ? AND t.prediction_id IS NOT NULL
       AND (o.prediction_id IS NULL OR o.rules <> ? OR o.scorer <> COALESCE(j.value, ?))
     ORDER BY t.sample_id`,
  )
    .all(JSON.stringify(Object.fromEntries(rules)), after, upTo, RULES_VERSION, scorerOf(null))
    .map(({ id }) => id);
}
