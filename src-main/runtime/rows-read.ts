/** Which rows of a feed anything reads. */
import type { DecoderFeed } from './decoder.ts';

/** The first row of the last layer that anything reads: of its output, or of its attention. */
export function firstRowRead({ count, wanted, taps }: DecoderFeed, layer: number): number {
  if (wanted.logits === 'all' || wanted.hiddenOf === wanted.layers) return 0;
  return wanted.taps.includes(layer) && taps ? taps.rows[0] : count - 1;
}
