/**
 * AttWarp: a picture stretched where a model looks and pressed together elsewhere, by rows and columns. Source: Dalal et al.,
 * "Constructive Distortion" (arXiv 2510.09741), `revise_mask` and `warp_image_by_attention` (identity transform) of dwipddalal/AttWarp.
 */
import { checkMap } from '../check.ts';
import type { Grid } from '../types.ts';
import { numpySum } from './numpy-sum.ts';

/** `enhance_coe` of the authors' code: how steeply what is above the mean is told from what is below. */
const STEEP = 10;
/** `BASE_ATTENTION`: no row or column vanishes. */
const LEAST = 1e-9;

/**
 * Attention as 8-bit weights, `[H*W]`: standardised, through a sigmoid, averaged over 3×3 cells with the edge repeated, truncated. Where
 * attention is the same everywhere, so are the weights; theirs are no numbers then.
 * @param attention `[H*W]`
 * @throws RangeError as `checkMap`
 */
export function attentionWeights(attention: Float32Array, grid: Grid): Uint8Array {
  checkMap(attention, grid, 'attention');
  const low = attention.reduce((a, b) => Math.min(a, b), Infinity);
  const span = attention.reduce((a, b) => Math.max(a, b), -Infinity) - low;
  if (span === 0) return new Uint8Array(attention.length).fill(127);
  const scaled = Float32Array.from(attention, (v) => (v - low) / span);
  const mean = scaled.reduce((a, b) => a + b, 0) / scaled.length;
  const spread = Math.sqrt(scaled.reduce((a, b) => a + (b - mean) ** 2, 0) / (scaled.length - 1));
  const steep = Float32Array.from(scaled, (v) => 1 / (1 + Math.exp((-STEEP * (v - mean)) / spread)));
  const [rows, columns] = grid;
  return Uint8Array.from(steep, (_, i) => {
    let sum = 0;
    for (let y = -1; y <= 1; y++) {
      for (let x = -1; x <= 1; x++) {
        const row = Math.min(Math.max(Math.floor(i / columns) + y, 0), rows - 1);
        const column = Math.min(Math.max((i % columns) + x, 0), columns - 1);
        sum += steep[row * columns + column]! / 9;
      }
    }
    return Math.trunc(255 * Math.fround(sum));
  });
}

/** Where the columns and rows of a warped picture come from, in pixels of the picture, fractions kept. */
export interface WarpPlaces {
  /** `[new width]` */
  readonly x: Float32Array;
  /** `[new height]` */
  readonly y: Float32Array;
}

/**
 * The rectilinear warp by the sums of weights over columns and rows: each gets room by its share.
 * @param weights 8-bit, `[height*width]`, one for each pixel of the picture
 * @param size of the picture; @param to of the warped one
 */
export function warpPlaces(
  weights: Uint8Array,
  size: readonly [width: number, height: number],
  to: readonly [width: number, height: number] = size,
): WarpPlaces {
  const [width, height] = size;
  if (weights.length !== width * height) {
    throw new RangeError(`${weights.length} weights for ${width} × ${height} pixels`);
  }
  const x = new Float64Array(width);
  const y = new Float64Array(height);
  const row = new Float64Array(width);
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      row[i] = weights[j * width + i]! + LEAST;
      x[i]! += row[i]!;
    }
    y[j] = numpySum(row);
  }
  return { x: placesOf(x, to[0]), y: placesOf(y, to[1]) };
}

/** The inverse of the running share, at whole numbers of the new axis (`numpy.interp`). */
function placesOf(profile: Float64Array, length: number): Float32Array {
  const total = numpySum(profile);
  const edges = new Float64Array(profile.length + 1);
  let sum = 0;
  profile.forEach((value, i) => {
    sum += value;
    edges[i + 1] = (sum / total) * length;
  });
  edges[profile.length] = length;
  let at = 0;
  return Float32Array.from({ length }, (_, target) => {
    while (at < profile.length - 1 && edges[at + 1]! <= target) at++;
    const slope = 1 / (edges[at + 1]! - edges[at]!);
    return slope * (target - edges[at]!) + at;
  });
}

/** Places within a pixel are told to a 32nd, as OpenCV's `remap` does. */
const STEPS = 32;

/**
 * The picture at those places, as OpenCV's `remap` makes it of 8-bit pixels: bilinear between 32nds, the edge repeated.
 * @param data `[height, width, 3]`
 */
export function warped(
  data: Uint8Array,
  [width, height]: readonly [width: number, height: number],
  { x, y }: WarpPlaces,
): Uint8Array {
  const columns = Array.from(x, (place) => split(place, width));
  const out = new Uint8Array(x.length * y.length * 3);
  let at = 0;
  for (const place of y) {
    const row = split(place, height);
    const [top, bottom] = [3 * row.low * width, 3 * row.high * width];
    const below = row.part;
    const above = STEPS - below;
    for (const { low, high, part } of columns) {
      const left = STEPS - part;
      for (let c = 0; c < 3; c++) {
        const upper = left * data[top + 3 * low + c]! + part * data[top + 3 * high + c]!;
        const lower = left * data[bottom + 3 * low + c]! + part * data[bottom + 3 * high + c]!;
        out[at++] = (above * upper + below * lower + STEPS ** 2 / 2) >> 10;
      }
    }
  }
  return out;
}

interface Between {
  readonly low: number;
  readonly high: number;
  readonly part: number;
}

function split(place: number, length: number): Between {
  const steps = halfToEven(Math.fround(place * STEPS));
  const low = Math.floor(steps / STEPS);
  const inside = (i: number): number => Math.min(Math.max(i, 0), length - 1);
  return { low: inside(low), high: inside(low + 1), part: steps - low * STEPS };
}

function halfToEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}
