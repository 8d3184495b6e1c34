/**
 * The derived row behind the queue: state, drop and search text of each sample, kept so that filtering, counting and
 * paging stay quick on 100,000 samples. Always written in the transaction that changes what it derives from.
 */
import type { SampleState } from '../../src-shared/contract/domain.ts';
import { type ReadableDb, type WritableDb, read, write } from './db.ts';

const DERIVE = `
INSERT INTO sample_state (sample_id, state, dropped, language, split, prediction_id, review_id, search)
SELECT s.id,
  CASE r.decision WHEN 'accept' THEN 'accepted' WHEN 'correct' THEN 'corrected' WHEN 'reject' THEN 'rejected'
    ELSE CASE WHEN p.id IS NULL THEN 'unlabelled' ELSE 'pending' END END,
  p.dropped_rule IS NOT NULL, s.language, s.split, p.id,
  CASE WHEN r.decision <> 'reset' THEN r.id END,
  fold(s.external_id || char(10) || s.question || char(10) || COALESCE(p.answer, '')
    || char(10) || COALESCE(s.reference_answer, ''))
FROM sample s
LEFT JOIN review r ON r.id = (SELECT MAX(id) FROM review WHERE sample_id = s.id)
LEFT JOIN prediction p ON p.sample_id = s.id AND p.run_id = (SELECT active_run_id FROM project)`;

const UPSERT = `
ON CONFLICT (sample_id) DO UPDATE SET state = excluded.state, dropped = excluded.dropped,
  language = excluded.language, split = excluded.split, prediction_id = excluded.prediction_id,
  review_id = excluded.review_id, search = excluded.search`;

/** Derives one sample's row anew. */
export function refreshSampleState(db: WritableDb, sampleId: number): void {
  write(db, `${DERIVE} WHERE s.id = ? ${UPSERT}`).run(sampleId);
}

/** Derives every row anew: after another run became the active one. */
export function refreshAllSampleStates(db: WritableDb): void {
  write(db, `${DERIVE} WHERE true ${UPSERT}`).run();
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
