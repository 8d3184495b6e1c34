/**
 * From a stored map to what a pane shows: decoded values, their range, and colours. NaN and infinities are masked
 * (transparent, left out of the range), never drawn as a low or a high value.
 */
import type { PlacedMapBytes } from '../../src-shared/contract/domain.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import type { Grid, GridTransform } from '../../src-shared/kernels/types.ts';
import { colormapTable, type ColormapName } from './colormap.ts';

/** Share of the range from which on a value is drawn in full. */
const FULL_FROM = 0.5;

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

/**
 * A map as RGBA bytes `[4*H*W]`: lowest finite value at the start of the colormap, masked cells transparent. Low
 * values are also more see-through, the lowest wholly, so that the picture keeps its colours where nothing happens. A
 * constant map has no lowest value and is drawn in full.
 */
export function toRgba(map: MapValues, colormap: ColormapName): Uint8ClampedArray<ArrayBuffer> {
  const table = colormapTable(colormap);
  const pixels = new Uint8ClampedArray(map.values.length * 4);
  if (!map.range) return pixels;
  const { min, max } = map.range;
  const scale = max > min ? 1 / (max - min) : 0;
  for (let i = 0; i < map.values.length; i++) {
    const value = map.values[i]!;
    if (!Number.isFinite(value)) continue;
    const share = scale === 0 ? 1 : (value - min) * scale;
    const entry = Math.round(share * 255) * 3;
    pixels[i * 4] = table[entry]!;
    pixels[i * 4 + 1] = table[entry + 1]!;
    pixels[i * 4 + 2] = table[entry + 2]!;
    pixels[i * 4 + 3] = 255 * Math.min(1, share / FULL_FROM);
  }
  return pixels;
}
