/** Samples that two runs have predicted, and what versions learned from. */
import { boxSchema, transformSchema } from '../../../src-shared/contract/domain.ts';
import type { Grid, GridTransform, Labels, SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { z } from 'zod';
import { bytesToLabels } from '../bytes.ts';
import { type ReadableDb, read } from '../db.ts';
import { OF_THIS_PICTURE } from '../pictures/change.ts';

export interface ComparableSample {
  readonly sampleId: number;
  readonly imageId: number;
  /** Predictions of the two runs; the same one twice where the runs are one. */
  readonly a: number;
  readonly b: number;
  /** Both were made on the picture that is there now. */
  readonly ofThisPicture: boolean;
  readonly truthBoxes: readonly SourceXyxy[];
  /** What somebody corrected the sample to, on this picture; null: nobody did. */
  readonly corrected: {
    readonly labels: Labels;
    readonly grid: Grid;
    readonly transform: GridTransform;
  } | null;
}

interface Row {
  readonly id: number;
  readonly image_id: number;
  readonly a: number;
  readonly b: number;
  readonly fresh: number;
  readonly truth_boxes: string;
  readonly label: Uint8Array | null;
  readonly grid_rows: number;
  readonly grid_cols: number;
  readonly transform: string;
}

const boxesSchema = z.array(boxSchema);
const fresh = (prediction: string): string => OF_THIS_PICTURE.replaceAll(/\bp\./g, `${prediction}.`);

/** Up to `limit` samples after one that both runs have a prediction of. */
export function comparableAfter(
  db: ReadableDb,
  runs: readonly [a: number, b: number],
  after: number,
  limit: number,
): ComparableSample[] {
  return read<Row>(
    db,
    `SELECT s.id, s.image_id, x.id AS a, y.id AS b, (${fresh('x')}) AND (${fresh('y')}) AS fresh, s.truth_boxes,
       CASE WHEN ${OF_THIS_PICTURE} THEN r.label END AS label, p.grid_rows, p.grid_cols, p.transform
     FROM prediction x JOIN prediction y ON y.run_id = ? AND y.sample_id = x.sample_id
     JOIN sample s ON s.id = x.sample_id JOIN image i ON i.id = s.image_id
     LEFT JOIN sample_state t ON t.sample_id = s.id
     LEFT JOIN review r ON r.id = t.review_id AND r.decision = 'correct' LEFT JOIN prediction p ON p.id = r.prediction_id
     WHERE x.run_id = ? AND x.sample_id > ? ORDER BY x.sample_id LIMIT ?`,
  )
    .all(runs[1], runs[0], after, limit)
    .map((row) => ({
      sampleId: row.id,
      imageId: row.image_id,
      a: row.a,
      b: row.b,
      ofThisPicture: row.fresh === 1,
      truthBoxes: boxesSchema.parse(JSON.parse(row.truth_boxes)),
      corrected: row.label && {
        labels: bytesToLabels(row.label),
        grid: [row.grid_rows, row.grid_cols],
        transform: transformSchema.parse(JSON.parse(row.transform)),
      },
    }));
}

/** Pictures, ascending, that these versions or those they descend from learned from. */
export function picturesLearnedFrom(db: ReadableDb, rpnIds: readonly number[]): number[] {
  return read<{ id: number }>(
    db,
    `WITH RECURSIVE line (id) AS (
       SELECT value FROM json_each(?)
       UNION SELECT r.parent_id FROM line JOIN rpn r ON r.id = line.id WHERE r.parent_id IS NOT NULL)
     SELECT DISTINCT s.image_id AS id FROM line JOIN training_run t ON t.rpn_id = line.id
     JOIN training_sample l ON l.training_run_id = t.id AND l.part = 'train' JOIN sample s ON s.id = l.sample_id
     ORDER BY s.image_id`,
  )
    .all(JSON.stringify(rpnIds))
    .map(({ id }) => id);
}
