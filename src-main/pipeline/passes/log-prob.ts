/**
 * How likely a model finds a given answer: the sum of log p(token | prompt, tokens before it), natural logarithm, of
 * its own distribution (no repetition penalty). The answer is fed, not generated, so that the same words are compared
 * whatever the model would have said.
 */
import type { KvCache, VisionLanguageModel } from '../ports.ts';
import type { Stopwatch } from '../subject/stopwatch.ts';

/** Rows of logits held at once: 16 of 152,000 are 10 MB. */
const ROWS = 16;

/**
 * @param cache holds the prompt and nothing more; it grows by the answer's tokens but the last.
 * @param logits of the last prompt token, `[V]`
 * @returns one log-probability per token of `answer`
 */
export async function answerLogProbs(
  model: VisionLanguageModel,
  cache: KvCache,
  logits: Float32Array,
  answer: readonly number[],
  watch: Stopwatch,
): Promise<number[]> {
  const [first, ...rest] = answer;
  if (first === undefined) return [];
  const out = [logProbOf(logits, first)];
  const width = logits.length;
  for (let at = 0; at < rest.length; at += ROWS) {
    const targets = rest.slice(at, at + ROWS);
    const tokens = answer.slice(at, at + targets.length);
    const { logits: rows } = await watch.time('score', () =>
      model.forward(cache, { parts: [{ tokens }], logits: 'all' }),
    );
    const all = rows as Float32Array;
    targets.forEach((target, i) => out.push(logProbOf(all.subarray(i * width, (i + 1) * width), target)));
  }
  return out;
}

/** log softmax of one entry, summed in float64 about the largest. */
export function logProbOf(logits: Float32Array, token: number): number {
  const max = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - max);
  return (logits[token] ?? NaN) - max - Math.log(sum);
}
