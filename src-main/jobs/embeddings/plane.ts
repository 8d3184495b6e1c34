/**
 * The samples of a filter on a plane: their pictures' directions from the middle of all, seen along the two axes on which
 * they differ most (principal components). Nothing is drawn by chance, so the same pictures lie in the same places.
 */
import { type EmbeddingPlane, type Measure, POINT_STATES } from '../../../src-shared/contract/procedures.ts';
import { POINTS_MOST, type SampleFilter } from '../../../src-shared/contract/procedures.ts';
import { EMBEDDING_SIZE } from '../../../src-shared/kernels/embeddings/embed.ts';
import { alongAxes, principalAxes } from '../../../src-shared/kernels/embeddings/principal.ts';
import { directions } from '../../../src-shared/kernels/embeddings/similarity.ts';
import type { ReadableDb } from '../../store/db.ts';
import { placedSamples } from '../../store/samples/placed.ts';
import type { EmbeddingIndex } from './embedding-index.ts';

const AXES = 2;

export function embeddingPlane(
  db: ReadableDb,
  { encoder, set, rowOf }: EmbeddingIndex,
  filter: SampleFilter,
  measure: Measure | null,
): EmbeddingPlane {
  const listed = placedSamples(db, filter, measure);
  const embedded = listed.filter(({ imageId }) => rowOf.has(imageId));
  const step = Math.max(1, embedded.length / POINTS_MOST);
  const dots = Array.from(
    { length: Math.min(embedded.length, POINTS_MOST) },
    (_, i) => embedded[Math.floor(i * step)]!,
  );
  const rows = [...new Set(dots.map(({ imageId }) => rowOf.get(imageId)!))];
  const { places, shares } = placed(rows, directions(set));
  const placeOf = new Map(rows.map((row, at) => [row, at]));
  const xy = new Float32Array(AXES * dots.length);
  for (const [i, { imageId }] of dots.entries()) {
    const at = placeOf.get(rowOf.get(imageId)!)!;
    xy.set(places.subarray(AXES * at, AXES * (at + 1)), AXES * i);
  }
  return {
    model: encoder.model,
    listed: listed.length,
    without: listed.length - embedded.length,
    pictures: new Set(dots.map(({ imageId }) => imageId)).size,
    shares,
    samples: uint32(dots.map(({ id }) => id)),
    images: uint32(dots.map(({ imageId }) => imageId)),
    places: float32(xy),
    states: Uint8Array.from(dots, ({ state }) => POINT_STATES.indexOf(state)),
    values: measure && float32(Float32Array.from(dots, ({ value }) => value ?? NaN)),
  };
}

/** `[n, 2]` for the rows named, the longer side from 0 to 1 and the shorter in its middle. */
function placed(
  rows: readonly number[],
  all: Float32Array,
): { readonly places: Float32Array; readonly shares: [number, number] } {
  if (rows.length === 0) return { places: new Float32Array(0), shares: [0, 0] };
  const chosen = new Float32Array(rows.length * EMBEDDING_SIZE);
  for (const [at, row] of rows.entries()) {
    chosen.set(all.subarray(row * EMBEDDING_SIZE, (row + 1) * EMBEDDING_SIZE), at * EMBEDDING_SIZE);
  }
  const axes = principalAxes(chosen, EMBEDDING_SIZE);
  const places = alongAxes(chosen, axes, AXES);
  const whole = axes.variances.reduce((sum, value) => sum + value, 0);
  const share = (axis: number): number => (whole > 0 ? axes.variances[axis]! / whole : 0);
  const ends = [0, 1].map((axis) => {
    let [low, high] = [Infinity, -Infinity];
    for (let at = axis; at < places.length; at += AXES) {
      low = Math.min(low, places[at]!);
      high = Math.max(high, places[at]!);
    }
    return { low, high };
  });
  const side = Math.max(...ends.map(({ low, high }) => high - low));
  for (let at = 0; at < places.length; at++) {
    const { low, high } = ends[at % AXES]!;
    places[at] = side > 0 ? 0.5 + (places[at]! - (low + high) / 2) / side : 0.5;
  }
  return { places, shares: [share(0), share(1)] };
}

/** Little-endian. */
function uint32(values: readonly number[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setUint32(4 * i, value, true));
  return new Uint8Array(view.buffer);
}

function float32(values: Float32Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return new Uint8Array(view.buffer);
}
