/**
 * The RPN's prediction (METHOD §3): hidden_states[K] of the prompt through the branch, one logit per visual token. When
 * a prefill has run anyway its hidden states are reused; alone, one forward pass cut at layer K is enough.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Prompted } from './prompted.ts';
import { joined, partsAfter } from './shared-prefix.ts';
import type { Start } from './shared-prefix.ts';
import type { EncodedImage, Subject } from './subject.ts';
import type { Stopwatch } from './stopwatch.ts';

/** @param hidden hidden_states[K] of the prompt or more, `[≥ prompt.length, d]`; rows after the prompt are left out. */
export async function rpnFromHidden(
  subject: Subject,
  prompt: Prompted,
  hidden: Float32Array,
  watch: Stopwatch,
): Promise<Float32Array> {
  const rows = hidden.subarray(0, prompt.length * subject.model.profile.hiddenSize);
  return watch.time('rpn', () => subject.model.rpn(rows, prompt.length - 1, prompt.visual, prompt.grid));
}

/** hidden_states[K] of the whole prompt, `[prompt.length, d]`; the cache of `start` then holds it in `layers` layers. */
export async function prefillForRpn(
  subject: Subject,
  encoded: EncodedImage,
  prompt: Prompted,
  { cache, hidden: held }: Start,
  layers: number,
  watch: Stopwatch,
): Promise<Float32Array> {
  const { rpn } = subject.model.profile;
  if (!rpn) throw new FoveaError('bad_input', 'the checkpoint has no RPN branch');
  const parts = partsAfter(cache.length, prompt, encoded);
  const { hidden } = await watch.time('rpnPrefill', () =>
    subject.model.forward(cache, { parts, layers, hiddenOf: rpn.k, logits: 'none' }),
  );
  return joined(held, hidden) as Float32Array;
}

/** Layers that must run before the branch. hidden_states[0] is the embeddings, which a graph of no layers cannot give. */
export function rpnDepth({ model }: Subject): number {
  return Math.max(1, model.profile.rpn?.k ?? 0);
}

/**
 * RPN logits `[N]` before any token is decoded: a forward pass of layers 0…K−1, then the branch.
 * @throws FoveaError `bad_input` when the checkpoint has no branch.
 */
export async function predictRpn(
  subject: Subject,
  encoded: EncodedImage,
  prompt: Prompted,
  watch: Stopwatch,
): Promise<Float32Array> {
  const cache = subject.model.newCache();
  try {
    const start = { cache, hidden: null };
    const hidden = await prefillForRpn(subject, encoded, prompt, start, rpnDepth(subject), watch);
    return await rpnFromHidden(subject, prompt, hidden, watch);
  } finally {
    cache.dispose();
  }
}
