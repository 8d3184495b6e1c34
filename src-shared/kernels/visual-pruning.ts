/**
 * Which of the picture's own tokens a second look keeps (METHOD §4, SD-RPN's Qwen code): on large grids, those that at
 * least one token of the question scores above a small probability.
 */
import { sigmoid } from './sigmoid.ts';

/**
 * Indices of the tokens to keep, ascending. The largest logit of a token counts, as a float32 probability.
 * @param scores `[N, queries]`: logits of each visual token for each token after the picture
 * @param threshold strictly above it a token stays
 * Throws RangeError on a length that is no multiple of `queries`, and on NaN.
 */
export function keptVisualTokens(scores: ArrayLike<number>, queries: number, threshold: number): Uint32Array {
  const count = scores.length / queries;
  if (!Number.isInteger(queries) || queries < 1 || !Number.isInteger(count)) {
    throw new RangeError(`${scores.length} scores are not of ${queries} queries`);
  }
  const largest = new Float32Array(count);
  for (let token = 0; token < count; token++) {
    let most = -Infinity;
    for (let q = 0; q < queries; q++) {
      const score = scores[token * queries + q]!;
      if (Number.isNaN(score))
        throw new RangeError(`the score of token ${token} for query ${q} is not a number`);
      most = Math.max(most, score);
    }
    largest[token] = most;
  }
  const limit = Math.fround(threshold);
  const probability = sigmoid(largest);
  return Uint32Array.from([...probability.keys()].filter((token) => probability[token]! > limit));
}
