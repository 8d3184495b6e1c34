/** Logits to probabilities, in float32 as the RoI code has them. */

/** 1 / (1 + e^-x) of each logit, `[H*W]`. Throws RangeError on NaN; infinities give 0 and 1. */
export function sigmoid(logits: ArrayLike<number>): Float32Array {
  const out = new Float32Array(logits.length);
  for (let i = 0; i < logits.length; i++) {
    const x = logits[i]!;
    if (Number.isNaN(x)) throw new RangeError(`logits[${i}] is not a number`);
    // The branch keeps e^|x| out of the formula, so neither side overflows.
    out[i] = x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
  }
  return out;
}
