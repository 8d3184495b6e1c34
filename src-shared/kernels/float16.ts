/**
 * Float16 both ways. Maps are stored as float16 and labelled after quantising (METHOD §2), so rounding must be the
 * same everywhere: to nearest, ties to even, straight from float64 (going through float32 would round twice).
 */

const MAX_EXPONENT = 15;
const MIN_EXPONENT = -14;
/** From here on values round to infinity: halfway between 65504 and 2^16. */
const OVERFLOW = 65520;

const scratch = new DataView(new ArrayBuffer(8));

/** Bits of the float16 nearest to `value`; overflow gives infinity, NaN the quiet NaN 0x7e00. */
export function toFloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= OVERFLOW) return sign | 0x7c00;
  scratch.setFloat64(0, size);
  const exponent = Math.max(MIN_EXPONENT, ((scratch.getUint16(0) >> 4) & 0x7ff) - 1023);
  // In units of the last place the value is exact; subnormals share the smallest exponent's unit.
  const units = size * 2 ** (10 - exponent);
  const low = Math.floor(units);
  const rest = units - low;
  const rounded = rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
  // Adding, not or-ing: 2048 units carry into the exponent, 1024 make a subnormal normal.
  const bits = (exponent - MIN_EXPONENT) * 1024 + rounded;
  return sign | bits;
}

/** The number float16 `bits` stand for. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** (MIN_EXPONENT - 10);
  if (exponent === MAX_EXPONENT * 2 + 1) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - MAX_EXPONENT - 10);
}

/** Float16 bits of every value. */
export function encodeFloat16(values: ArrayLike<number>): Uint16Array {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = toFloat16(values[i]!);
  return out;
}

/** Values of float16 `bits`; exact in float32. */
export function decodeFloat16(bits: Uint16Array): Float32Array {
  const out = new Float32Array(bits.length);
  for (let i = 0; i < out.length; i++) out[i] = fromFloat16(bits[i]!);
  return out;
}

/** Float16 bits as little-endian bytes (the form maps travel and are stored in). */
export function float16ToBytes(bits: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(bits.length * 2);
  const view = new DataView(bytes.buffer);
  bits.forEach((value, i) => view.setUint16(i * 2, value, true));
  return bytes;
}

/** Float16 bits from little-endian bytes at any alignment. Throws RangeError on an odd number of bytes. */
export function float16FromBytes(bytes: Uint8Array): Uint16Array {
  if (bytes.length % 2) throw new RangeError(`float16 needs an even number of bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(i * 2, true));
}
