/**
 * Greedy decoding (METHOD §1): the most likely token, fed back, until an end token or the limit. The last token, an
 * end token or the one that reached the limit, is never fed, so it gives no attention row.
 */
import type { GenerationConfig } from '../../checkpoint/generation.ts';
import type { KvCache, TapRequest, VisionLanguageModel } from '../ports.ts';
import { logProbOf } from './log-prob.ts';
import { RowStore } from './rows.ts';
import type { Stopwatch } from '../subject/stopwatch.ts';

export interface GreedyOptions {
  readonly generation: GenerationConfig;
  readonly maxNewTokens: number;
  /** Token ids of the prompt, which the repetition penalty counts as said (transformers' processor does). */
  readonly promptTokens: readonly number[];
  /** Heads whose rows to the visual tokens `keys` are kept for every fed token. */
  readonly taps: Pick<TapRequest, 'heads' | 'keys'> | null;
  /** Also how likely the model found each token, of its own distribution (no repetition penalty). */
  readonly logProbs?: boolean | undefined;
}

export interface Greedy {
  /** As generated, the end token included when one came. */
  readonly tokens: readonly number[];
  readonly rows: RowStore;
  /** Natural logarithm of each token's probability; null: nobody asked. */
  readonly logProbs: readonly number[] | null;
}

/** @param logits of the last prompt token, `[V]`. The cache holds the prompt and grows by the tokens fed. */
export async function greedy(
  model: VisionLanguageModel,
  cache: KvCache,
  logits: Float32Array,
  options: GreedyOptions,
  watch: Stopwatch,
): Promise<Greedy> {
  const { generation, maxNewTokens, taps } = options;
  const said = new Set(generation.saidBefore ?? options.promptTokens);
  const tokens: number[] = [];
  const rows = new RowStore();
  const logProbs: number[] = [];
  const say = async (of: Float32Array): Promise<number> => {
    const token = pick(of, said, generation.repetitionPenalty);
    tokens.push(token);
    if (options.logProbs)
      await watch.time('certainty', () => Promise.resolve(logProbs.push(logProbOf(of, token))));
    return token;
  };
  let next = await say(logits);
  while (tokens.length < maxNewTokens && !generation.eosTokenIds.includes(next)) {
    const fed = next;
    const result = await watch.time('generate', () =>
      model.forward(cache, {
        parts: [{ tokens: [fed] }],
        logits: 'last',
        ...(taps ? { taps: { ...taps, rows: [0, 1] } } : {}),
      }),
    );
    rows.add(result.taps);
    said.add(fed);
    next = await say(result.logits as Float32Array);
  }
  return { tokens, rows, logProbs: options.logProbs ? logProbs : null };
}

/** Index of the largest logit, the first of equals; said tokens are made less likely by `penalty` (1: not at all). */
function pick(logits: Float32Array, said: ReadonlySet<number>, penalty: number): number {
  let best = 0;
  let bestValue = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    let value = logits[id];
    if (penalty !== 1 && said.has(id)) value = value < 0 ? value * penalty : value / penalty;
    if (value > bestValue) {
      best = id;
      bestValue = value;
    }
  }
  return best;
}
