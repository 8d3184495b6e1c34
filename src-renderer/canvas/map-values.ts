/**
 * From a stored map to what a pane shows: decoded values and their range. NaN and infinities are masked: they are left
 * out of the range and never drawn as a low or a high value.
 */
import type { PlacedMapBytes } from '../../src-shared/contract/domain.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import type { Grid, GridTransform } from '../../src-shared/kernels/types.ts';

/** Values of one map, `[H*W]` row-major, with the range of the finite ones (null when there is none). */
export interface MapValues {
  readonly values: Float32Array;
  readonly range: { readonly min: number; readonly max: number } | null;
}

/** Values with their own place on the picture, which need not be the label's. */
export interface PlacedValues extends MapValues {
  readonly grid: Grid;
  readonly transform: GridTransform;
}

/** A map as sent, decoded. `convert` is applied to the values (logits to probabilities). */
export function placedValues(
  { grid, transform, data }: PlacedMapBytes,
  convert: (values: Float32Array) => Float32Array = (values) => values,
): PlacedValues {
  return { ...withRange(convert(decodeMap(data))), grid, transform };
}

/** Little-endian float16 bytes `[2*H*W]` as floats `[H*W]`. */
export function decodeMap(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bits = new Uint16Array(bytes.byteLength >> 1);
  for (let i = 0; i < bits.length; i++) bits[i] = view.getUint16(i * 2, true);
  return decodeFloat16(bits);
}

/** Logits to probabilities (METHOD §4); NaN stays NaN. */
export function probabilities(logits: Float32Array): Float32Array {
  return logits.map((value) => 1 / (1 + Math.exp(-value)));
}

export function withRange(values: Float32Array): MapValues {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { values, range: min <= max ? { min, max } : null };
}
