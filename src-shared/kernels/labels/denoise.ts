/**
 * The continuous denoised map g′ (METHOD §2 step 1): the grounding map with sink tokens, and for a squared picture its
 * padding, set to zero. It is both the score people see and what labels are cut from.
 */
import type { FloatMap } from '../check.ts';

/**
 * g′ `[H*W]`: `grounding` where `sink < sinkThresh`, else 0; also 0 where `padding` is 1. `sink` null: no sinks known.
 * Throws RangeError when the lengths differ.
 */
export function denoise<T extends FloatMap>(
  grounding: T,
  sink: ArrayLike<number> | null,
  sinkThresh: number,
  padding: Uint8Array | null = null,
): T {
  if ((sink && sink.length !== grounding.length) || (padding && padding.length !== grounding.length)) {
    throw new RangeError('grounding, sink and padding must have the same length');
  }
  const out = grounding.slice() as T;
  for (let i = 0; i < out.length; i++) {
    if ((sink && !(sink[i]! < sinkThresh)) || padding?.[i] === 1) out[i] = 0;
  }
  return out;
}
