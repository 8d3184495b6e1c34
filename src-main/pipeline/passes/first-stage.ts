/**
 * The first look: the model's own answer, decoded, or a given one, fed whole. Both give the attention rows maps are
 * made of (METHOD §1) and hidden_states[K] for the RPN; the given answer needs one prefill that stops after the last
 * layer anyone asked for.
 */
import { answerText, fedAnswerTokens } from '../subject/answer-text.ts';
import { greedy } from './greedy.ts';
import type { TapPlan } from './plan.ts';
import type { FeedPart, ForwardRequest, TappedRows } from '../ports.ts';
import { promptTokens } from '../subject/prompted.ts';
import type { Prompted } from '../subject/prompted.ts';
import { RowStore, sliceRows } from './rows.ts';
import { joined, partsAfter } from '../subject/shared-prefix.ts';
import type { Start } from '../subject/shared-prefix.ts';
import type { EncodedImage, Subject } from '../subject/subject.ts';
import type { Stopwatch } from '../subject/stopwatch.ts';

export interface FirstStageRequest {
  readonly plan: TapPlan;
  readonly maxNewTokens: number;
  /** Also hidden_states[K] of the prompt; null: no layer's. */
  readonly hiddenOf: number | null;
  /** hidden_states[K] is to be kept: the answer is fed after the prompt, so that the prompt's rows do not depend on it. */
  readonly alone?: boolean;
  /**
   * Also the rows of the text tokens after the picture: all of them (question map), or only the last prompt token's
   * (rows `last_prompt`), which spares the model computing the others where nothing else reads them.
   */
  readonly promptRows: 'all' | 'last' | 'none';
  /** Also the rows of the answer's tokens. */
  readonly answerRows: boolean;
  /** Also how likely the model found each token of its own answer. */
  readonly logProbs?: boolean | undefined;
}

export interface FirstStage {
  readonly answer: string;
  /** As generated (end token included when one came), or as fed. */
  readonly tokens: readonly number[];
  /** Natural logarithm of each token's probability; null: nobody asked, or the answer was given. */
  readonly logProbs: readonly number[] | null;
  /** Rows y1…y(n−1); no rows for an empty answer. */
  readonly answerRows: readonly TappedRows[] | null;
  /** Rows of the text tokens after the picture, the last prompt token's last. */
  readonly promptRows: readonly TappedRows[] | null;
  /** hidden_states[K], `[≥ prompt length, d]`. */
  readonly hidden: Float32Array | null;
  /** Layers 0…layers−1 ran: the cache holds the prompt in these. */
  readonly layers: number;
}

/** The model answers by itself. The cache then holds prompt and fed answer in every layer. */
export async function generateAnswer(
  subject: Subject,
  encoded: EncodedImage,
  prompt: Prompted,
  start: Start,
  request: FirstStageRequest,
  watch: Stopwatch,
): Promise<FirstStage> {
  const { model, checkpoint } = subject;
  const { cache } = start;
  const held = cache.length;
  const { heads } = request.plan;
  const keys = prompt.visual;
  const promptRows = promptRowCount(prompt, request);
  const prefill = await watch.time('prefill', () =>
    model.forward(cache, {
      parts: partsAfter(held, prompt, encoded),
      logits: 'last',
      ...hiddenRequest(request),
      ...(promptRows > 0
        ? { taps: { heads, keys, rows: [prompt.length - promptRows - held, prompt.length - held] } }
        : {}),
    }),
  );
  const { layers } = model.profile;
  const hidden = joined(start.hidden, prefill.hidden);
  start.filled?.(layers, hidden);
  const options = {
    generation: checkpoint.generation,
    maxNewTokens: request.maxNewTokens,
    promptTokens: promptTokens(prompt),
    taps: request.answerRows ? { heads, keys } : null,
    logProbs: request.logProbs,
  };
  const { tokens, rows, logProbs } = await greedy(
    model,
    cache,
    prefill.logits as Float32Array,
    options,
    watch,
  );
  return {
    answer: answerText(subject, tokens),
    tokens,
    logProbs,
    answerRows: rows.count > 0 ? rows.layers() : null,
    promptRows: promptRows > 0 ? prefill.taps : null,
    hidden,
    layers,
  };
}

/** A given answer in one teacher-forced prefill. The cache is left with the layers that ran. */
export async function forceAnswer(
  subject: Subject,
  encoded: EncodedImage,
  prompt: Prompted,
  answer: string,
  start: Start,
  request: FirstStageRequest,
  watch: Stopwatch,
): Promise<FirstStage> {
  const { model } = subject;
  const { cache } = start;
  const held = cache.length;
  const fed = fedAnswerTokens(subject, answer, request.maxNewTokens);
  const promptRows = promptRowCount(prompt, request);
  const from = prompt.length - promptRows;
  const to = request.answerRows ? prompt.length + fed.length : prompt.length;
  const layers = Math.max(1, from < to ? request.plan.depth : 0, request.hiddenOf ?? 0);
  const rows = new RowStore();
  const feed = async (
    parts: readonly FeedPart[],
    count: number,
    wanted: Pick<ForwardRequest, 'hiddenOf'>,
  ): Promise<Float32Array | null> => {
    const at = cache.length;
    const [first, last] = [Math.max(from, at) - at, Math.min(to, at + count) - at];
    const { taps, hidden } = await watch.time('prefill', () =>
      model.forward(cache, {
        parts,
        logits: 'none',
        layers,
        ...wanted,
        ...(first < last
          ? { taps: { heads: request.plan.heads, keys: prompt.visual, rows: [first, last] } }
          : {}),
      }),
    );
    rows.add(taps);
    return hidden;
  };
  const asked = partsAfter(held, prompt, encoded);
  const length = prompt.length - held;
  const said = { tokens: fed };
  const apart = request.alone === true && fed.length > 0;
  const states = await feed(
    apart ? asked : [...asked, said],
    apart ? length : length + fed.length,
    hiddenRequest(request),
  );
  const hidden = joined(start.hidden, states);
  start.filled?.(layers, hidden);
  if (apart) await feed([said], fed.length, {});
  return {
    answer: answer.trim(),
    tokens: fed,
    logProbs: null,
    answerRows: request.answerRows && fed.length > 0 ? sliceRows(rows.layers(), promptRows) : null,
    promptRows: promptRows > 0 ? sliceRows(rows.layers(), 0, promptRows) : null,
    hidden,
    layers,
  };
}

/** Layers that a given answer may need: those asked for, and those below the RPN. */
export function forcedDepth({ plan, hiddenOf }: Pick<FirstStageRequest, 'plan' | 'hiddenOf'>): number {
  return Math.max(1, plan.depth, hiddenOf ?? 0);
}

function promptRowCount(prompt: Prompted, { promptRows }: FirstStageRequest): number {
  return promptRows === 'all' ? prompt.length - prompt.visual[1] : promptRows === 'last' ? 1 : 0;
}

function hiddenRequest({ hiddenOf }: FirstStageRequest): Pick<ForwardRequest, 'hiddenOf'> {
  return hiddenOf === null ? {} : { hiddenOf };
}
