/** Weights as float16, rounded to the nearest, ties to even (IEEE 754-2019 §4.3.1), subnormals too. */

/** From this size on a number rounds to infinity: halfway between float16's largest, 65504, and 2^16. */
const OVERFLOW = 0x477ff000;
/** float32 bits of 2^-14, the smallest normal float16, and of 0.5, whose last place is 2^-24, a subnormal's unit. */
const NORMAL = 0x38800000;
const HALF = 0x3f000000;
/** Exponents count from 127 in float32, from 15 in float16. */
const REBIAS = (127 - 15) << 23;

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/**
 * float16 bits of finite numbers.
 * @returns the index of the first number that is larger than float16 can say, when there is one
 */
export function toHalves(floats: Float32Array): Uint16Array | number {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const out = new Uint16Array(floats.length);
  for (let i = 0; i < out.length; i++) {
    const word = bits[i] as number;
    const size = word & 0x7fffffff;
    if (size >= OVERFLOW) return i;
    const sign = (word >>> 16) & 0x8000;
    if (size >= NORMAL) {
      // Half a last place less one, and one more when the last kept bit is odd; a carry goes into the exponent.
      out[i] = sign | ((size - REBIAS + 0xfff + ((size >>> 13) & 1)) >>> 13);
    } else {
      // The addition rounds to whole units, ties to even.
      scratch[0] = 0.5 + Math.abs(floats[i] as number);
      out[i] = sign | ((scratchBits[0] as number) - HALF);
    }
  }
  return out;
}
