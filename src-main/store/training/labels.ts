/** The labels a sample has: the one that a person stands behind, and the one that was predicted. */
import type { SampleState } from '../../../src-shared/contract/domain.ts';
import type { TrainingKind } from '../../../src-shared/contract/training.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';
import { type ReadableDb, read } from '../db.ts';
import { OF_THIS_PICTURE } from '../pictures/change.ts';

export interface OneLabel {
  readonly kind: TrainingKind;
  readonly predictionId: number;
  /** The revision it is of; null: the prediction's own. */
  readonly reviewId: number | null;
  readonly grid: Grid;
  /** A byte a cell. */
  readonly label: Uint8Array;
  /** A rule left it out. */
  readonly dropped: boolean;
  /** What the model answered when it was made. */
  readonly answer: string;
  /** It was made on the picture that is there now. */
  readonly ofThisPicture: boolean;
}

export interface LabelFound {
  readonly sampleId: number;
  readonly imageId: number;
  readonly state: SampleState;
  readonly referenceAnswer: string | null;
  /** The picture could not be shown when it was last looked at. */
  readonly unshown: boolean;
  readonly reviewed: OneLabel | null;
  readonly predicted: OneLabel | null;
}

interface SampleRow {
  readonly id: number;
  readonly image_id: number;
  readonly state: SampleState;
  readonly reference_answer: string | null;
  readonly unshown: number;
}

interface LabelRow {
  readonly sample_id: number;
  readonly prediction_id: number;
  readonly review_id: number | null;
  readonly decision: 'accept' | 'correct' | null;
  readonly grid_rows: number;
  readonly grid_cols: number;
  readonly label: Uint8Array;
  readonly dropped: number;
  readonly answer: string;
  readonly fresh: number;
}

const COLUMNS = `s.id AS sample_id, p.id AS prediction_id, p.grid_rows, p.grid_cols, p.answer,
  p.dropped_rule IS NOT NULL AS dropped, ${OF_THIS_PICTURE} AS fresh`;

const REVIEWED = `
SELECT ${COLUMNS}, r.id AS review_id, r.decision, r.label
FROM json_each(?) j JOIN sample s ON s.id = j.value JOIN image i ON i.id = s.image_id
JOIN sample_state t ON t.sample_id = s.id JOIN review r ON r.id = t.review_id AND r.decision IN ('accept', 'correct')
JOIN prediction p ON p.id = r.prediction_id`;

const PREDICTED = `
SELECT ${COLUMNS}, NULL AS review_id, NULL AS decision, p.label
FROM json_each(?) j JOIN sample s ON s.id = j.value JOIN image i ON i.id = s.image_id
JOIN sample_state t ON t.sample_id = s.id JOIN prediction p ON `;

/**
 * @param runId the labelling run whose predictions count; null: whatever each sample shows
 * @returns one for each of the samples that are there, in the order asked for
 */
export function labelsToTrain(
  db: ReadableDb,
  sampleIds: readonly number[],
  runId: number | null,
): LabelFound[] {
  const ids = JSON.stringify(sampleIds);
  const samples = read<SampleRow>(
    db,
    `SELECT s.id, s.image_id, t.state, s.reference_answer,
       EXISTS (SELECT 1 FROM picture_problem q WHERE q.image_id = s.image_id) AS unshown
     FROM json_each(?) j JOIN sample s ON s.id = j.value JOIN sample_state t ON t.sample_id = s.id ORDER BY j.key`,
  ).all(ids);
  const reviewed = byOne(read<LabelRow>(db, REVIEWED).all(ids));
  const predicted = byOne(
    runId === null
      ? read<LabelRow>(db, `${PREDICTED} p.id = t.prediction_id`).all(ids)
      : read<LabelRow>(db, `${PREDICTED} p.run_id = ? AND p.sample_id = s.id`).all(ids, runId),
  );
  return samples.map(({ id, image_id: imageId, state, reference_answer: referenceAnswer, unshown }) => ({
    sampleId: id,
    imageId,
    state,
    referenceAnswer,
    unshown: unshown === 1,
    reviewed: reviewed.get(id) ?? null,
    predicted: predicted.get(id) ?? null,
  }));
}

function byOne(rows: readonly LabelRow[]): Map<number, OneLabel> {
  return new Map(
    rows.map((row) => [
      row.sample_id,
      {
        kind: row.decision === null ? 'pseudo' : row.decision === 'accept' ? 'accepted' : 'corrected',
        predictionId: row.prediction_id,
        reviewId: row.review_id,
        grid: [row.grid_rows, row.grid_cols],
        label: row.label,
        dropped: row.dropped === 1,
        answer: row.answer,
        ofThisPicture: row.fresh === 1,
      },
    ]),
  );
}
