/**
 * Numbers of a whole set that are no mean over its cases, as lmms-eval 0.7.3 makes them; VLMEvalKit's beside it where it makes
 * another one. Null where nothing is to be divided by; the harnesses say 0 there, or fail.
 */
import { popeAnswer } from './pope.ts';
import { yesOrNo } from './vlmevalkit/pope.ts';

export interface YesNoRow {
  readonly answer: string;
  /** `yes` or `no`. */
  readonly truth: string;
}

export interface PopeTotals {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Of the truths, which is what lmms-eval calls so. */
  readonly yesRatio: number;
  /** Of the answers: what a model that sees things that are not there has too much of. */
  readonly answeredYesRatio: number;
}

/** `tasks/pope/utils.py`. An answer that is neither yes nor no is wrong, and counts neither for precision nor for recall. */
export function popeTotals(rows: readonly YesNoRow[]): PopeTotals | null {
  return totals(
    rows.map(({ answer, truth }) => [popeAnswer(answer), popeAnswer(truth)]),
    'no',
  );
}

/** `dataset/utils/yorn.py`, POPE_rating of rows of one category. What says neither counts as no for recall. */
export function kitPopeTotals(rows: readonly YesNoRow[]): PopeTotals | null {
  return totals(
    rows.map(({ answer, truth }) => [yesOrNo(answer) ?? '', popeAnswer(truth)]),
    null,
  );
}

/** @param missedBy what a missed yes was answered by, for recall; null: anything else */
function totals(
  pairs: readonly (readonly [said: string, truth: string])[],
  missedBy: string | null,
): PopeTotals | null {
  if (pairs.length === 0) return null;
  const count = (fits: (said: string, truth: string) => boolean): number =>
    pairs.filter(([said, truth]) => fits(said, truth)).length;
  const hits = count((said, truth) => said === 'yes' && truth === 'yes');
  const alarms = count((said, truth) => said === 'yes' && truth === 'no');
  const missed = count(
    (said, truth) => truth === 'yes' && (missedBy === null ? said !== 'yes' : said === missedBy),
  );
  const precision = ratio(hits, hits + alarms);
  const recall = ratio(hits, hits + missed);
  return {
    accuracy: ratio(
      count((said, truth) => said === truth),
      pairs.length,
    ),
    precision,
    recall,
    f1: precision + recall > 0 ? (2 * (precision * recall)) / (precision + recall) : 0,
    yesRatio: ratio(
      count((_, truth) => truth === 'yes'),
      pairs.length,
    ),
    answeredYesRatio: ratio(
      count((said) => said === 'yes'),
      pairs.length,
    ),
  };
}

export interface CycleRow {
  /** 0…1. */
  readonly score: number;
  /** Which turn of its options it is: `cycle:0`. */
  readonly cycle: string;
  /** `single` (FSP) or `cross` (FCP). */
  readonly category: string;
}

export interface HrBenchTotals {
  readonly average: number | null;
  /** Fine-grained single-instance perception. */
  readonly fsp: number | null;
  /** Fine-grained cross-instance perception. */
  readonly fcp: number | null;
}

/** `tasks/hrbench/utils.py`: the mean of the cycles' means, of all and of either kind of question. */
export function hrbenchTotals(rows: readonly CycleRow[]): HrBenchTotals {
  const of = (category: string): CycleRow[] => rows.filter((row) => row.category === category);
  return { average: meanOfCycles(rows), fsp: meanOfCycles(of('single')), fcp: meanOfCycles(of('cross')) };
}

function meanOfCycles(rows: readonly CycleRow[]): number | null {
  const cycles = Map.groupBy(rows, ({ cycle }) => cycle);
  if (cycles.size === 0) return null;
  const means = [...cycles.values()].map((cycle) => sum(cycle.map(({ score }) => score)) / cycle.length);
  return sum(means) / means.length;
}

/** `tasks/ocrbench/utils.py`: out of a thousand questions, however many were asked. */
export function ocrbenchTotal(scores: readonly number[]): number {
  return sum(scores) / 1000;
}

/** `tasks/vstar_bench/utils.py`: all questions alike, in percent. */
export function vstarPercent(scores: readonly number[]): number | null {
  return scores.length === 0 ? null : (sum(scores) / scores.length) * 100;
}

/** `tasks/mme_realworld/utils.py`: all questions alike, whichever task they are of. */
export function mmeAccuracy(scores: readonly number[]): number | null {
  return scores.length === 0 ? null : sum(scores) / scores.length;
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
