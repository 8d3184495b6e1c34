/** Counts one method over the samples of a table or a slice, beside the picture alone and beside raw attention. */
import {
  MEANS,
  type Method,
  type MethodNumbers,
  type EstimateFound,
  type DifferenceFound,
} from '../../../src-shared/contract/evaluation.ts';
import type { Difference, Estimate } from '../../../src-shared/kernels/statistics/interval.ts';
import { meanDifference, meanEstimate } from '../../../src-shared/kernels/statistics/mean.ts';
import { pairedProportions } from '../../../src-shared/kernels/statistics/paired.ts';
import { proportion } from '../../../src-shared/kernels/statistics/proportion.ts';
import { SumsInOrder, type Sums } from '../../../src-shared/kernels/statistics/sums.ts';
import type { PassedResult } from '../../store/evaluations/pass.ts';

/** From here on an answer is right, where scorers say more than right and wrong. */
export const RIGHT = 0.5;

/** What is measured of slices, too. */
const OF_SLICES = ['auc', 'iou'] as const satisfies readonly (typeof MEANS)[number][];

/** Counts how two ways to answer differ, sample by sample. */
export class Paired {
  readonly #sums = new SumsInOrder();
  #first = 0;
  #second = 0;

  add(picture: number, first: number, second: number): void {
    this.#sums.add(picture, first - second);
    if (first > second) this.#first++;
    if (first < second) this.#second++;
  }

  difference(): Difference | null {
    const sums = this.#sums.sums();
    const wins = [this.#first, this.#second] as const;
    // Only ones and zeros on both sides: each pair that differs does so by one.
    const whole = Math.abs(sums.xx - wins[0] - wins[1]) < 1e-9 * (1 + sums.n);
    return whole ? pairedProportions(sums, wins) : meanDifference(sums, wins);
  }
}

export class MethodCount {
  readonly #method: Method;
  readonly #measures: readonly (typeof MEANS)[number][];
  readonly #score = new SumsInOrder();
  readonly #gain = new Paired();
  readonly #aucGain = new Paired();
  readonly #means: ReadonlyMap<(typeof MEANS)[number], SumsInOrder>;
  readonly #outcomes = { fixed: 0, broken: 0, right: 0, wrong: 0 };
  #asked = 0;
  #failed = 0;

  /** @param slice a slice has fewer measures, and its differences are not tested */
  constructor(method: Method, slice: boolean) {
    this.#method = method;
    this.#measures = slice ? OF_SLICES : MEANS;
    this.#means = new Map(this.#measures.map((name) => [name, new SumsInOrder()]));
  }

  /** @param beside of the same sample: the picture alone, raw attention */
  add(
    picture: number,
    result: PassedResult,
    beside: { readonly alone: PassedResult | undefined; readonly raw: PassedResult | undefined },
  ): void {
    this.#asked++;
    if (result.failed === 1) this.#failed++;
    for (const name of this.#measures) {
      const value = result[name];
      if (value !== null) this.#means.get(name)!.add(picture, value);
    }
    const { score, auc } = result;
    if (auc !== null && typeof beside.raw?.auc === 'number' && this.#method !== 'raw')
      this.#aucGain.add(picture, auc, beside.raw.auc);
    if (score === null) return;
    this.#score.add(picture, score);
    const right = score >= RIGHT;
    this.#outcomes[right ? 'right' : 'wrong']++;
    const first = beside.alone?.score;
    if (typeof first !== 'number' || this.#method === 'alone') return;
    this.#gain.add(picture, score, first);
    if (right && first < RIGHT) this.#outcomes.fixed++;
    if (!right && first >= RIGHT) this.#outcomes.broken++;
  }

  numbers(): MethodNumbers {
    const means = Object.fromEntries(
      MEANS.map((name) => {
        const sums = this.#means.get(name)?.sums();
        return [name, sums ? found(meanEstimate(sums)) : null];
      }),
    ) as MethodNumbers['means'];
    return {
      method: this.#method,
      asked: this.#asked,
      failed: this.#failed,
      accuracy: found(accuracyOf(this.#score.sums())),
      gain: untested(this.#gain.difference()),
      means,
      aucGain: untested(this.#aucGain.difference()),
      outcomes: this.#outcomes,
      times: null,
      visualTokens: null,
      memoryBytes: null,
      throughput: null,
    };
  }
}

/** Right answers: a share where all scores are 0 or 1, else a mean inside 0 and 1. */
export function accuracyOf(sums: Sums): Estimate | null {
  if (sums.n === 0) return null;
  if (Math.abs(sums.x - sums.xx) <= 1e-9 * sums.n) return proportion(sums);
  return meanEstimate(sums);
}

export function found(estimate: Estimate | null): EstimateFound | null {
  if (!estimate) return null;
  const { n, value, low, high } = estimate;
  return { n, value, low: Math.max(0, low), high: Math.min(1, high) };
}

export function untested(difference: Difference | null): DifferenceFound | null {
  if (!difference) return null;
  const { n, value, low, high, p, wins } = difference;
  return { n, value, low: Math.max(-1, low), high: Math.min(1, high), p, adjusted: null, wins: [...wins] };
}
