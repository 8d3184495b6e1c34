/**
 * Pillow's `Image.resize` for 8-bit channels, to the last bit, because the reference's pixels come from it.
 * Source: Pillow's libImaging/Resample.c (the algorithm and its constants; this is our own code): separable
 * convolution whose kernel widens with the reduction (antialias), weights as 22-bit fixed point, a horizontal pass
 * rounded and clipped to 8 bits, then a vertical one. (Pillow 13 does columns first when h_in − h_out >
 * max(0, 2·(w_in − w_out)); the reference's versions, up to 12, never do. Seen by comparing each with its own one-axis
 * resizes on 4,000 random sizes.) transformers' torchvision processors are close to this and not equal: docs/models.md.
 *
 * The picture may lie on a larger canvas of one colour (LLaVA's pad-to-square), which is never built: a 50-megapixel
 * photo is resized row by row. Axes: images `[height, width, 3]`, coordinates in pixels.
 */
import type { RgbImage } from './decode.ts';

export type Filter = 'bilinear' | 'bicubic' | 'lanczos';

/** Where the picture lies on the canvas, and what colour the rest of it has. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly colour: readonly [number, number, number];
}

/** 32 bits minus 8 of the pixel minus 2 of head room (weights may overshoot 1). */
const PRECISION_BITS = 32 - 8 - 2;
const HALF = 1 << (PRECISION_BITS - 1);
const SUPPORT: Record<Filter, number> = { bilinear: 1, bicubic: 2, lanczos: 3 };
/** Pillow's bicubic parameter (Keys 1981). */
const A = -0.5;

/** Weights of one pass: output `i` sums `count[i]` inputs from `first[i]`, weights at `i * stride`. */
interface Weights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly stride: number;
  readonly fixed: Int32Array;
}

/**
 * Resizes the whole canvas (by default the picture itself) to `width × height`.
 * @returns `[height, width, 3]` RGB.
 */
export function resize(
  image: RgbImage,
  width: number,
  height: number,
  filter: Filter,
  canvas?: Canvas,
): Uint8Array {
  const whole = canvas ?? { width: image.width, height: image.height, left: 0, top: 0, colour: [0, 0, 0] };
  const rows = horizontal(image, whole, precompute(whole.width, width, filter), width);
  return vertical(rows, width, precompute(whole.height, height, filter), height);
}

function kernel(filter: Filter, distance: number): number {
  const x = Math.abs(distance);
  if (filter === 'bilinear') return x < 1 ? 1 - x : 0;
  if (filter === 'lanczos') return x < SUPPORT.lanczos ? sinc(x) * sinc(x / SUPPORT.lanczos) : 0;
  if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * A;
  return 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function precompute(inSize: number, outSize: number, filter: Filter): Weights {
  const scale = inSize / outSize;
  const widen = Math.max(scale, 1);
  const support = SUPPORT[filter] * widen;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outSize);
  const count = new Int32Array(outSize);
  const fixed = new Int32Array(outSize * stride);
  const row = new Float64Array(stride);
  for (let out = 0; out < outSize; out++) {
    const centre = (out + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const n = Math.min(inSize, Math.trunc(centre + support + 0.5)) - from;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const w = kernel(filter, (i + from - centre + 0.5) * (1 / widen));
      row[i] = w;
      sum += w;
    }
    first[out] = from;
    count[out] = n;
    for (let i = 0; i < n; i++) {
      const w = sum === 0 ? (row[i] ?? 0) : (row[i] ?? 0) / sum;
      fixed[out * stride + i] = Math.trunc((w < 0 ? -0.5 : 0.5) + w * (1 << PRECISION_BITS));
    }
  }
  return { first, count, stride, fixed };
}

/** Every canvas row to `width` pixels: `[canvas.height, width, 3]`. */
function horizontal(image: RgbImage, canvas: Canvas, weights: Weights, width: number): Uint8Array {
  const out = new Uint8Array(canvas.height * width * 3);
  const line = new Uint8Array(canvas.width * 3);
  paint(line, canvas.colour);
  // Rows without a pixel of the picture are all alike: resized once.
  const empty = new Uint8Array(width * 3);
  horizontalRow(line, weights, empty, 0, width);
  for (let y = 0; y < canvas.height; y++) {
    const sourceRow = y - canvas.top;
    if (sourceRow < 0 || sourceRow >= image.height) {
      out.set(empty, y * width * 3);
      continue;
    }
    const start = sourceRow * image.width * 3;
    line.set(image.data.subarray(start, start + image.width * 3), canvas.left * 3);
    horizontalRow(line, weights, out, y * width * 3, width);
  }
  return out;
}

function horizontalRow(line: Uint8Array, weights: Weights, out: Uint8Array, at: number, width: number): void {
  const { first, count, stride, fixed } = weights;
  for (let x = 0; x < width; x++) {
    let r = HALF;
    let g = HALF;
    let b = HALF;
    let p = first[x] * 3;
    const end = x * stride + count[x];
    for (let k = x * stride; k < end; k++, p += 3) {
      const w = fixed[k];
      r = (r + Math.imul(line[p], w)) | 0;
      g = (g + Math.imul(line[p + 1], w)) | 0;
      b = (b + Math.imul(line[p + 2], w)) | 0;
    }
    out[at + x * 3] = clip(r >> PRECISION_BITS);
    out[at + x * 3 + 1] = clip(g >> PRECISION_BITS);
    out[at + x * 3 + 2] = clip(b >> PRECISION_BITS);
  }
}

/** `[rows, width, 3]` to `[height, width, 3]`; sums whole rows so that memory is read in order. */
function vertical(rows: Uint8Array, width: number, weights: Weights, height: number): Uint8Array {
  const { first, count, stride, fixed } = weights;
  const span = width * 3;
  const out = new Uint8Array(height * span);
  const sums = new Int32Array(span);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let k = 0; k < count[y]; k++) {
      const w = fixed[y * stride + k];
      const from = (first[y] + k) * span;
      for (let x = 0; x < span; x++) sums[x] = (sums[x] + Math.imul(rows[from + x], w)) | 0;
    }
    for (let x = 0; x < span; x++) out[y * span + x] = clip(sums[x] >> PRECISION_BITS);
  }
  return out;
}

function clip(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function paint(line: Uint8Array, colour: readonly [number, number, number]): void {
  for (let i = 0; i < line.length; i++) line[i] = colour[i % 3];
}
