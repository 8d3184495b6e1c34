/**
 * The RPN's prediction (METHOD §3): hidden_states[K] of the prompt through the branch, one logit per visual token. When
 * a prefill has run anyway its hidden states are reused; alone, one forward pass cut at layer K is enough.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { keptVisualTokens } from '../../../src-shared/kernels/visual-pruning.ts';
import type { Prompted } from '../subject/prompted.ts';
import type { Pruning } from './prune.ts';
import { joined, partsAfter } from '../subject/shared-prefix.ts';
import type { Start } from '../subject/shared-prefix.ts';
import type { EncodedImage, Subject } from '../subject/subject.ts';
import type { Stopwatch } from '../subject/stopwatch.ts';

/** What the branch says of a prompt. */
export interface RpnSays {
  /** One per visual token, `[N]`: the last prompt token's. */
  readonly logits: Float32Array;
  /** The visual tokens that a second look keeps; null: all. */
  readonly keep: Uint32Array | null;
}

/** How the branch is asked. */
export interface RpnAsk {
  /** Ask every token after the picture as well, and keep what one of them scores. */
  readonly pruning: Pruning | null;
  /** Whose rules: Q-Zoom's take the mean over heads whatever the branch was trained with. */
  readonly rules: Preset['roi']['rules'];
}

/** @param hidden hidden_states[K] of the prompt or more, `[≥ prompt.length, d]`; rows after the prompt are left out. */
export async function askRpn(
  subject: Subject,
  prompt: Pick<Prompted, 'visual' | 'length' | 'grid'>,
  hidden: Float32Array,
  { pruning, rules }: RpnAsk,
  watch: Stopwatch,
): Promise<RpnSays> {
  const { visual, length, grid } = prompt;
  const rows = hidden.subarray(0, length * subject.model.profile.hiddenSize);
  const first = pruning ? visual[1] : length - 1;
  const raw = await watch.time('rpn', () => subject.model.rpn(rows, [first, length], visual, grid));
  const scores = rules === 'q-zoom' ? perHead(subject.checkpoint, raw) : raw;
  if (!pruning) return { logits: scores, keep: null };
  const queries = length - first;
  const logits = new Float32Array(scores.length / queries).map(
    (_, i) => scores[(i + 1) * queries - 1] ?? NaN,
  );
  return { logits, keep: keptVisualTokens(scores, queries, pruning.threshold) };
}

/** A branch of one full-width product gives the sum over heads of q·k; the mean of q·k/√c is that sum over H·√c. */
export function perHead(
  { config }: Pick<Subject['checkpoint'], 'config'>,
  scores: Float32Array,
): Float32Array {
  if (config.rpn?.multiHead !== false) return scores;
  const { heads, headDim } = config.text;
  return scores.map((score) => score / (heads * Math.sqrt(headDim)));
}

/** The logits `[N]` alone, by the checkpoint's own rules; `hidden` as {@link askRpn} takes it. */
export async function rpnFromHidden(
  subject: Subject,
  prompt: Prompted,
  hidden: Float32Array,
  watch: Stopwatch,
): Promise<Float32Array> {
  return (await askRpn(subject, prompt, hidden, { pruning: null, rules: undefined }, watch)).logits;
}

/** hidden_states[K] of the whole prompt, `[prompt.length, d]`; the cache of `start` then holds it in `layers` layers. */
export async function prefillForRpn(
  subject: Subject,
  encoded: EncodedImage,
  prompt: Prompted,
  start: Start,
  layers: number,
  watch: Stopwatch,
): Promise<Float32Array> {
  const { rpn } = subject.model.profile;
  if (!rpn) throw new FoveaError('bad_input', 'the checkpoint has no RPN branch');
  return prefillHidden(subject, encoded, prompt, start, { layers, hiddenOf: rpn.k }, watch);
}

/** The same of any layer's input, whether the checkpoint has a branch or not. */
export async function prefillHidden(
  subject: Subject,
  encoded: EncodedImage,
  prompt: Prompted,
  { cache, hidden: held }: Start,
  { layers, hiddenOf }: { readonly layers: number; readonly hiddenOf: number },
  watch: Stopwatch,
): Promise<Float32Array> {
  const parts = partsAfter(cache.length, prompt, encoded);
  const { hidden } = await watch.time('rpnPrefill', () =>
    subject.model.forward(cache, { parts, layers, hiddenOf, logits: 'none' }),
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
