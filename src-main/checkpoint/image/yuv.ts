/**
 * YUV planes to 8-bit RGB as libyuv does it for libavif (and so for Pillow): chroma drawn to full size by a bilinear
 * filter whose samples lie between the pixels, then fixed point with six fractional bits. Source of the constants and
 * of the rounding: libyuv's row_common.cc and scale_common.cc (the algorithm; this is our own code).
 */

/** H.273 matrix coefficients that have a conversion here; 2 is "unspecified", read as BT.601. */
export type YuvMatrix = 1 | 2 | 5 | 6 | 9;
export const YUV_MATRICES: readonly number[] = [1, 2, 5, 6, 9] satisfies YuvMatrix[];

export interface YuvPlanes {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`. */
  readonly y: Uint8Array;
  /** `[⌈height / sy⌉, ⌈width / sx⌉]` each. */
  readonly chroma: { readonly u: Uint8Array; readonly v: Uint8Array; readonly sx: 1 | 2; readonly sy: 1 | 2 };
}

interface Constants {
  /** Luma: `(y · 257 · yg >> 16) + yb`. */
  readonly yg: number;
  readonly yb: number;
  readonly ub: number;
  readonly ug: number;
  readonly vg: number;
  readonly vr: number;
}

const FULL = { yg: 16320, yb: 32 };
const BT601_FULL: Constants = { ...FULL, ub: 113, ug: 22, vg: 46, vr: 90 };
const BT709_FULL: Constants = { ...FULL, ub: 119, ug: 12, vg: 30, vr: 101 };
const BT2020_FULL: Constants = { ...FULL, ub: 120, ug: 11, vg: 37, vr: 94 };
const BT601: Constants = { yg: 18997, yb: -1160, ub: 128, ug: 25, vg: 52, vr: 102 };
const BT709: Constants = { yg: 18997, yb: -1160, ub: 128, ug: 14, vg: 34, vr: 115 };
const BT2020: Constants = { yg: 19003, yb: -1160, ub: 128, ug: 12, vg: 42, vr: 107 };

function constantsOf(matrix: YuvMatrix, fullRange: boolean): Constants {
  if (matrix === 1) return fullRange ? BT709_FULL : BT709;
  if (matrix === 9) return fullRange ? BT2020_FULL : BT2020;
  return fullRange ? BT601_FULL : BT601;
}

/** @returns `[height, width, 3]`. */
export function yuvToRgb(planes: YuvPlanes, matrix: YuvMatrix, fullRange: boolean): Uint8Array {
  const { width, height, y: luma } = planes;
  const { yg, yb, ub, ug, vg, vr } = constantsOf(matrix, fullRange);
  const light = Int32Array.from({ length: 256 }, (_, v) => Math.floor((v * 0x101 * yg) / 0x10000) + yb);
  const rgb = new Uint8Array(width * height * 3);
  const u = new Uint8Array(width);
  const v = new Uint8Array(width);
  for (let row = 0, at = 0; row < height; row++) {
    chromaRow(planes.chroma.u, planes, row, u);
    chromaRow(planes.chroma.v, planes, row, v);
    for (let x = 0; x < width; x++, at += 3) {
      const base = light[luma[row * width + x]];
      const du = u[x] - 128;
      const dv = v[x] - 128;
      rgb[at] = clamp((base + dv * vr) >> 6);
      rgb[at + 1] = clamp((base - du * ug - dv * vg) >> 6);
      rgb[at + 2] = clamp((base + du * ub) >> 6);
    }
  }
  return rgb;
}

/** Grey as libavif has it by itself, in float32: limited range is 16 to 235. @returns `[n, 3]`. */
export function greyToRgb(luma: Uint8Array, fullRange: boolean): Uint8Array {
  const levels = Uint8Array.from({ length: 256 }, (_, v) =>
    fullRange ? v : clamp(Math.floor(Math.fround(Math.fround((v - 16) / 219) * 255) + 0.5)),
  );
  const rgb = new Uint8Array(luma.length * 3);
  for (let i = 0; i < luma.length; i++) rgb.fill(levels[luma[i]] as number, i * 3, i * 3 + 3);
  return rgb;
}

/** One row of a chroma plane at the picture's own width. */
function chromaRow(
  plane: Uint8Array,
  { width, height, chroma }: YuvPlanes,
  row: number,
  out: Uint8Array,
): void {
  const { sx, sy } = chroma;
  const stride = Math.ceil(width / sx);
  const line = (at: number) => plane.subarray(at * stride, (at + 1) * stride);
  if (sx === 1) {
    out.set(line(row));
    return;
  }
  const near = row >> (sy - 1);
  const far = near + (row % 2 === 0 ? -1 : 1);
  if (sy === 1 || far < 0 || far >= Math.ceil(height / sy)) widen(line(near), out);
  else widenBetween(line(near), line(far), out);
}

/** Three parts of the nearer sample and one of the farther; the outermost pixels are the outermost samples. */
function widen(from: Uint8Array, out: Uint8Array): void {
  const last = out.length - 1;
  for (let i = 0, x = 1; x < last; i++, x += 2) {
    out[x] = (3 * from[i] + from[i + 1] + 2) >> 2;
    if (x + 1 < last) out[x + 1] = (from[i] + 3 * from[i + 1] + 2) >> 2;
  }
  out[last] = from[last >> 1];
  out[0] = from[0];
}

/** The same in both directions at once, rounded once. */
function widenBetween(near: Uint8Array, far: Uint8Array, out: Uint8Array): void {
  const last = out.length - 1;
  for (let i = 0, x = 1; x < last; i++, x += 2) {
    out[x] = (9 * near[i] + 3 * near[i + 1] + 3 * far[i] + far[i + 1] + 8) >> 4;
    if (x + 1 < last) out[x + 1] = (3 * near[i] + 9 * near[i + 1] + far[i] + 3 * far[i + 1] + 8) >> 4;
  }
  out[last] = (3 * near[last >> 1] + far[last >> 1] + 2) >> 2;
  out[0] = (3 * near[0] + far[0] + 2) >> 2;
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
