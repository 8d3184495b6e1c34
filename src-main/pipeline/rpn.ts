/**
 * The RPN's prediction (METHOD §3): hidden_states[K] of the prompt through the branch, one logit per visual token. When
 * a prefill has run anyway its hidden states are reused; alone, one forward pass cut at layer K is enough.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Prompted } from './prompted.ts';
import { promptParts } from './prompted.ts';
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
  const { rpn } = subject.model.profile;
  if (!rpn) throw new FoveaError('bad_input', 'the checkpoint has no RPN branch');
  const cache = subject.model.newCache();
  try {
    const parts = promptParts(prompt, encoded.features);
    // hidden_states[0] is the embeddings, which a graph of no layers cannot give.
    const layers = Math.max(1, rpn.k);
    const { hidden } = await watch.time('rpnPrefill', () =>
      subject.model.forward(cache, { parts, layers, hiddenOf: rpn.k, logits: 'none' }),
    );
    return await rpnFromHidden(subject, prompt, hidden as Float32Array, watch);
  } finally {
    cache.dispose();
  }
}
