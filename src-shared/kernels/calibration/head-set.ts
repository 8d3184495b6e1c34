/**
 * Which heads together find best: one at a time, the one that makes the mean AUC of the mean map largest, until none adds
 * enough. What a set of heads scores on a sample does not depend on who asks, so it is computed once for folds and resamples.
 */
import { mapAuc } from './map-measures.ts';
import { type CalibrationSample, meanMap } from './sample.ts';

/** A set is as small as the authors' presets are. */
export const MOST_HEADS = 8;
/** Another head is worth so much mean AUC. */
const WORTH = 0.002;

export class HeadSets {
  readonly #samples: readonly CalibrationSample[];
  readonly #known = new Map<string, readonly (number | null)[]>();

  constructor(samples: readonly CalibrationSample[]) {
    this.#samples = samples;
  }

  /** Mean AUC over some samples of the mean map of some heads; null where none of them has one. */
  mean(heads: readonly number[], of: readonly number[]): number | null {
    const scores = this.#scoresOf(heads);
    let [sum, count] = [0, 0];
    for (const i of of) {
      const score = scores[i];
      if (score === null || score === undefined) continue;
      sum += score;
      count++;
    }
    return count === 0 ? null : sum / count;
  }

  /**
   * A small set, ascending; empty where no candidate can be measured.
   * @param candidates heads to choose among
   * @param of indices of samples to choose by, which may repeat
   */
  choose(candidates: readonly number[], of: readonly number[]): number[] {
    let chosen: number[] = [];
    let best = -Infinity;
    while (chosen.length < MOST_HEADS) {
      let next: { readonly heads: number[]; readonly score: number } | null = null;
      for (const head of candidates) {
        if (chosen.includes(head)) continue;
        const heads = [...chosen, head].sort((a, b) => a - b);
        const score = this.mean(heads, of);
        if (score !== null && score > (next?.score ?? -Infinity)) next = { heads, score };
      }
      if (!next || next.score < best + (chosen.length === 0 ? 0 : WORTH)) break;
      [chosen, best] = [next.heads, next.score];
    }
    return chosen;
  }

  #scoresOf(heads: readonly number[]): readonly (number | null)[] {
    const key = heads.join(' ');
    const known = this.#known.get(key);
    if (known) return known;
    const scores = this.#samples.map((sample) => mapAuc(meanMap(sample, heads), sample.labels));
    this.#known.set(key, scores);
    return scores;
  }
}
