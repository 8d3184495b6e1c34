/**
 * What one attention head's map says about the head: whether it agrees with a label, and how much of it falls on sink
 * tokens. Hundreds of heads are scored while a person looks, so maps stay float16 bits, which sort as they are.
 */
import { fromFloat16 } from '../float16.ts';
import { BG, FG, type Labels } from '../types.ts';

/** From here on bits are infinite, not a number or negative: no attention. */
const NO_ATTENTION = 0x7c00;

/**
 * Area under the ROC curve of a map (float16 bits ≥ 0, `[H*W]`) against a label: foreground should score above
 * background, ignored cells do not count, ties count half. Null with one class only, or where a value is no attention.
 * Equal to `rocAuc` on the decoded values. Throws RangeError on unequal lengths.
 */
export function headAgreement(bits: Uint16Array, label: Labels): number | null {
  if (bits.length !== label.length) throw new RangeError('map and label must have the same length');
  let count = 0;
  const keys = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const isFg = label[i] === FG;
    if (!isFg && label[i] !== BG) continue;
    if (bits[i]! >= NO_ATTENTION) return null;
    keys[count++] = bits[i]! * 2 + (isFg ? 1 : 0);
  }
  const sorted = keys.subarray(0, count).sort();
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < count;) {
    const value = sorted[start]! >> 1;
    let end = start;
    let here = 0;
    while (end < count && sorted[end]! >> 1 === value) here += sorted[end++]! & 1;
    rankSum += here * ((start + 1 + end) / 2);
    positives += here;
    start = end;
  }
  const negatives = count - positives;
  if (positives === 0 || negatives === 0) return null;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Share of a map's attention to the picture that falls on the cells where `sinks` is 1; null for a map of zeros. */
export function sinkShare(bits: Uint16Array, sinks: Uint8Array): number | null {
  if (bits.length !== sinks.length) throw new RangeError('map and sinks must have the same length');
  let all = 0;
  let onSinks = 0;
  for (let i = 0; i < bits.length; i++) {
    if (bits[i]! >= NO_ATTENTION) return null;
    const value = fromFloat16(bits[i]!);
    all += value;
    if (sinks[i] === 1) onSinks += value;
  }
  return all > 0 ? onSinks / all : null;
}

/** 1 where the sink map reaches the threshold (METHOD §2 step 1), `[H*W]`. */
export function sinkCells(sink: ArrayLike<number>, sinkThresh: number): Uint8Array {
  return Uint8Array.from({ length: sink.length }, (_, i) => (sink[i]! >= sinkThresh ? 1 : 0));
}
