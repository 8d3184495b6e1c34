/** A sample's map or label as one byte per token: what a thumbnail is tinted with. */
import type { Heat, HeatKind } from '../../../src-shared/contract/procedures.ts';
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { FG } from '../../../src-shared/kernels/types.ts';
import { bytesToLabels } from '../bytes.ts';
import { type ReadableDb, read } from '../db.ts';
import { getPrediction, getPredictionMaps } from './prediction.ts';

const FULL = 255;

/**
 * `label`: 255 on the foreground of the label that stands (a correction's, else the predicted one). `denoised`: the
 * map's finite values from its lowest (0) to its highest (255). `rpn`: the probability, 255 is certain. Null where the
 * sample has none.
 */
export function heatOf(db: ReadableDb, sampleId: number, kind: HeatKind): Heat | null {
  const row = read<{ prediction_id: number | null; review_id: number | null }>(
    db,
    'SELECT prediction_id, review_id FROM sample_state WHERE sample_id = ?',
  ).get(sampleId);
  if (!row || row.prediction_id === null) return null;
  if (kind === 'label') return labelHeat(db, row.prediction_id, row.review_id);
  const map = getPredictionMaps(db, row.prediction_id)?.[kind];
  if (!map) return null;
  const values = decodeFloat16(map.bits);
  const data = kind === 'rpn' ? values.map(probability) : spread(values);
  return { grid: [...map.grid], transform: map.transform, data: Uint8Array.from(data, (v) => v * FULL) };
}

function labelHeat(db: ReadableDb, predictionId: number, reviewId: number | null): Heat {
  const { prediction } = getPrediction(db, predictionId);
  const corrected =
    reviewId === null
      ? null
      : read<{ label: Uint8Array | null }>(
          db,
          "SELECT label FROM review WHERE id = ? AND decision = 'correct'",
        ).get(reviewId)?.label;
  // A correction of another run's prediction may lie on another grid; then the predicted label is shown.
  const fits = corrected?.length === prediction.label.length;
  const labels = bytesToLabels(fits ? corrected : prediction.label);
  return {
    grid: prediction.grid,
    transform: prediction.transform,
    data: Uint8Array.from(labels, (value) => (value === FG ? FULL : 0)),
  };
}

function probability(logit: number): number {
  return Number.isNaN(logit) ? 0 : 1 / (1 + Math.exp(-logit));
}

/** 0 to 1 over the finite values; the others are 0. */
function spread(values: Float32Array): Float32Array {
  const finite = values.filter(Number.isFinite);
  const min = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const max = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!(max > min)) return new Float32Array(values.length);
  return values.map((value) => (Number.isFinite(value) ? (value - min) / (max - min) : 0));
}
