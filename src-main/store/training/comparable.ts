/** Samples that two runs have predicted, what is known of them, and what versions learned from. */
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
  /** Another text: another prediction is under one of the two numbers. */
  readonly made: string;
  /** Both were made on the picture that is there now. */
  readonly ofThisPicture: boolean;
  /** Boxes that it came with, as they are stored; null: it came without. */
  readonly truth: string | null;
  /** The revision whose label stands, of this picture; null: there is none. */
  readonly reviewed: { readonly reviewId: number; readonly decision: 'accept' | 'correct' } | null;
}

interface Row {
  readonly id: number;
  readonly image_id: number;
  readonly a: number;
  readonly b: number;
  readonly made: string;
  readonly fresh: number;
  readonly truth_boxes: string;
  readonly review_id: number | null;
  readonly decision: 'accept' | 'correct' | null;
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
    `SELECT s.id, s.image_id, x.id AS a, y.id AS b, s.truth_boxes, r.decision,
       x.maps_key || ' ' || x.created_at || ' ' || y.maps_key || ' ' || y.created_at AS made,
       (${fresh('x')}) AND (${fresh('y')}) AS fresh, CASE WHEN ${OF_THIS_PICTURE} THEN r.id END AS review_id
     FROM prediction x JOIN prediction y ON y.run_id = ? AND y.sample_id = x.sample_id
     JOIN sample s ON s.id = x.sample_id JOIN image i ON i.id = s.image_id
     LEFT JOIN sample_state t ON t.sample_id = s.id
     LEFT JOIN review r ON r.id = t.review_id AND r.decision IN ('accept', 'correct')
     LEFT JOIN prediction p ON p.id = r.prediction_id
     WHERE x.run_id = ? AND x.sample_id > ? ORDER BY x.sample_id LIMIT ?`,
  )
    .all(runs[1], runs[0], after, limit)
    .map(({ id, image_id, a, b, made, fresh, truth_boxes, review_id, decision }) => ({
      sampleId: id,
      imageId: image_id,
      a,
      b,
      made,
      ofThisPicture: fresh === 1,
      truth: truth_boxes === '[]' ? null : truth_boxes,
      reviewed: review_id !== null && decision !== null ? { reviewId: review_id, decision } : null,
    }));
}

/** Boxes as they are stored, in source pixels. */
export function truthBoxesOf(stored: string): SourceXyxy[] {
  return boxesSchema.parse(JSON.parse(stored));
}

/** A label that a person stands behind, where it lies on the picture. */
export interface ReviewedLabel {
  readonly labels: Labels;
  readonly grid: Grid;
  readonly transform: GridTransform;
}

interface LabelRow {
  readonly label: Uint8Array | null;
  readonly grid_rows: number;
  readonly grid_cols: number;
  readonly transform: string;
}

/** The label of a revision; null where it has none. */
export function labelOfReview(db: ReadableDb, reviewId: number): ReviewedLabel | null {
  const row = read<LabelRow>(
    db,
    `SELECT r.label, p.grid_rows, p.grid_cols, p.transform
     FROM review r JOIN prediction p ON p.id = r.prediction_id WHERE r.id = ?`,
  ).get(reviewId);
  if (!row?.label) return null;
  return {
    labels: bytesToLabels(row.label),
    grid: [row.grid_rows, row.grid_cols],
    transform: transformSchema.parse(JSON.parse(row.transform)),
  };
}

/** Pictures, ascending, of the samples that both runs have a prediction of. */
export function comparablePictures(db: ReadableDb, runs: readonly [a: number, b: number]): number[] {
  return read<{ id: number }>(
    db,
    `SELECT DISTINCT s.image_id AS id
     FROM prediction x JOIN prediction y ON y.run_id = ? AND y.sample_id = x.sample_id
     JOIN sample s ON s.id = x.sample_id WHERE x.run_id = ? ORDER BY s.image_id`,
  )
    .all(runs[1], runs[0])
    .map(({ id }) => id);
}

/** Samples that the runs which made these versions held out. */
export function heldOutBy(db: ReadableDb, rpnIds: readonly number[]): Set<number> {
  const rows = read<{ id: number }>(
    db,
    `SELECT l.sample_id AS id FROM training_run t JOIN training_sample l ON l.training_run_id = t.id
     WHERE t.rpn_id IN (SELECT value FROM json_each(?)) AND l.part = 'held_out'`,
  ).all(JSON.stringify(rpnIds));
  return new Set(rows.map(({ id }) => id));
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
