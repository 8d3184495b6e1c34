/** The scorers by name. A name stands here when its rule is implemented, never before; docs/scoring.md has them in words. */
import type { ScoreCase, Scorer } from './case.ts';
import { exact } from './exact.ts';

const SCORERS = { exact } as const satisfies Record<string, Scorer>;

export type ScorerName = keyof typeof SCORERS;

export const SCORER_NAMES = Object.keys(SCORERS) as readonly ScorerName[];

/** By the benchmark's name, as importers write it (`benchmark:NAME`). */
const BY_BENCHMARK: ReadonlyMap<string, ScorerName> = new Map();

/** Whose rule counts answers of a benchmark; `exact` for data of none, or of one without a rule here. */
export function scorerOf(benchmark: string | null): ScorerName {
  return (benchmark !== null && BY_BENCHMARK.get(benchmark)) || 'exact';
}

/**
 * @returns 0 (wrong) … 1 (right)
 * @throws RangeError without truths: what nobody knows the answer to is neither right nor wrong
 */
export function scoreAnswer(scorer: ScorerName, c: ScoreCase): number {
  if (c.truths.length === 0) throw new RangeError('there is no right answer to score by');
  return SCORERS[scorer](c);
}
