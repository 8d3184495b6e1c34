/**
 * Scores of predictions and corrections, computed once and kept, so that 100,000 samples sort by an indexed column.
 * A prediction that is stored again loses its row (a trigger sees to it) and is scored anew. Projects from before
 * scores existed are filled in the background, a chunk at a time.
 */
import { z } from 'zod';
import { transformSchema } from '../../../src-shared/contract/domain.ts';
import { presetSchema, type RoiParams } from '../../../src-shared/contract/preset.ts';
import { bytesToLabels } from '../bytes.ts';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';
import { getMaps } from './maps.ts';
import { type PlacedLabel, disagreement, foregroundIou, roiShape, uncertainty } from './score.ts';

interface PredictionRow {
  readonly id: number;
  readonly maps_key: number;
  readonly grid_rows: number;
  readonly grid_cols: number;
  readonly transform: string;
  readonly label: Uint8Array;
  readonly preset_id: number;
  readonly width: number;
  readonly height: number;
}

const PREDICTION = `
SELECT p.id, p.maps_key, p.grid_rows, p.grid_cols, p.transform, p.label, run.preset_id, i.width, i.height
FROM prediction p JOIN run ON run.id = p.run_id JOIN sample s ON s.id = p.sample_id JOIN image i ON i.id = s.image_id`;

const roiSchema = z.object({ roi: presetSchema.shape.roi });
const roiOfPreset = new WeakMap<object, Map<number, RoiParams>>();

/** Computes what is missing of a sample's scores: of the given prediction and the given revision. */
export function ensureScores(db: WritableDb, predictionId: number | null, reviewId: number | null): void {
  if (predictionId !== null && !known(db, 'prediction_score', 'prediction_id', predictionId)) {
    scorePrediction(db, predictionId);
  }
  if (reviewId !== null && !known(db, 'review_score', 'review_id', reviewId)) scoreReview(db, reviewId);
}

/**
 * Samples after `after` (in queue order, at most `limit`) whose shown prediction or standing correction has no scores.
 */
export function samplesToScore(db: ReadableDb, after: number, limit: number): number[] {
  return read<{ id: number }>(
    db,
    `SELECT t.sample_id AS id FROM sample_state t WHERE t.sample_id > ? AND (
       (t.prediction_id IS NOT NULL AND t.prediction_id NOT IN (SELECT prediction_id FROM prediction_score))
       OR (t.state = 'corrected' AND t.review_id NOT IN (SELECT review_id FROM review_score)))
     ORDER BY t.sample_id LIMIT ?`,
  )
    .all(after, limit)
    .map(({ id }) => id);
}

function scorePrediction(db: WritableDb, id: number): void {
  const row = read<PredictionRow>(db, `${PREDICTION} WHERE p.id = ?`).get(id);
  if (!row) return;
  const label = placed(row, row.label);
  const roi = roiParams(db, row.preset_id);
  const rpn = getMaps(db, row.maps_key, label.transform)?.rpn ?? null;
  const shape = roiShape(label);
  write(
    db,
    `INSERT INTO prediction_score (prediction_id, disagreement, uncertainty, roi_size, roi_x, roi_y)
     VALUES (?, ?, ?, ?, ?, ?)`,
  ).run(
    id,
    rpn && disagreement(label, rpn, roi),
    rpn && uncertainty(rpn, roi),
    shape?.size ?? null,
    shape?.x ?? null,
    shape?.y ?? null,
  );
}

/** Corrections only: what an accepted label scores is its prediction's, and a rejected one has none. */
function scoreReview(db: WritableDb, reviewId: number): void {
  const review = read<{ label: Uint8Array; prediction_id: number }>(
    db,
    "SELECT label, prediction_id FROM review WHERE id = ? AND decision = 'correct'",
  ).get(reviewId);
  if (!review) return;
  const row = read<PredictionRow>(db, `${PREDICTION} WHERE p.id = ?`).get(review.prediction_id);
  if (!row) return;
  const corrected = placed(row, review.label);
  const shape = roiShape(corrected);
  write(db, 'INSERT INTO review_score (review_id, iou, roi_size, roi_x, roi_y) VALUES (?, ?, ?, ?, ?)').run(
    reviewId,
    foregroundIou(bytesToLabels(row.label), corrected.labels),
    shape?.size ?? null,
    shape?.x ?? null,
    shape?.y ?? null,
  );
}

function placed(row: PredictionRow, label: Uint8Array): PlacedLabel {
  return {
    labels: bytesToLabels(label),
    grid: [row.grid_rows, row.grid_cols],
    transform: transformSchema.parse(JSON.parse(row.transform)),
    size: [row.width, row.height],
  };
}

/** Presets never change under their id, and parsing one costs more than scoring with it. */
function roiParams(db: ReadableDb, presetId: number): RoiParams {
  const byId = roiOfPreset.get(db) ?? new Map<number, RoiParams>();
  roiOfPreset.set(db, byId);
  const before = byId.get(presetId);
  if (before) return before;
  const { body } = read<{ body: string }>(db, 'SELECT body FROM preset WHERE id = ?').get(presetId)!;
  const { roi } = roiSchema.parse(JSON.parse(body));
  byId.set(presetId, roi);
  return roi;
}

function known(db: ReadableDb, table: string, key: string, id: number): boolean {
  return read(db, `SELECT 1 FROM ${table} WHERE ${key} = ?`).get(id) !== undefined;
}
