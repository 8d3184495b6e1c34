/**
 * Pixels laid on white as Pillow's `alpha_composite` does it, which transformers' `convert_to_rgb` uses. Source of the
 * fixed point and its rounding: Pillow's AlphaComposite.c (the algorithm; this is our own code).
 */

const PRECISION_BITS = 7;

/** @param rgb `[n, 3]`; @param alpha `[n]`; @returns `[n, 3]`. */
export function onWhite(rgb: Uint8Array, alpha: Uint8Array): Uint8Array {
  const out = new Uint8Array(rgb.length);
  for (let i = 0; i < alpha.length; i++) {
    const a = alpha[i] as number;
    const [over, under] = [a << PRECISION_BITS, (255 - a) << PRECISION_BITS];
    for (let c = i * 3; c < i * 3 + 3; c++) {
      const sum = (rgb[c] as number) * over + 255 * under + (0x80 << PRECISION_BITS);
      out[c] = (((sum >> 8) + sum) >> 8) >> PRECISION_BITS;
    }
  }
  return out;
}
