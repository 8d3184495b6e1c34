/**
 * What hiding a region does to an answer's likelihood, beside what hiding boxes of the same size elsewhere does. Hiding
 * anything takes something away: only what the region does beyond the controls can be about the region.
 */

/** Below these an answer counts as a guess. Short ones by the whole answer's probability, longer ones by each token's. */
export const GUESS = { answer: 0.1, longFrom: 9, perToken: 0.5 } as const;
/** Fewer controls say nothing of how much their effects vary. */
export const CONTROLS_LEAST = 4;
/** What `depends` asks for: at least so many times less likely, and so many spreads above the controls' mean. */
export const DEPENDS = { factor: 2, size: 3 } as const;
/** Log-probabilities (nats): a spread of the controls below this counts as this. */
const SPREAD_LEAST = 0.1;

export interface CausalScores {
  /** log p of the answer given the whole picture, natural logarithm, summed over its tokens. */
  readonly whole: number;
  /** The same with the region hidden. */
  readonly hidden: number;
  /** The same with each control box hidden. */
  readonly controls: readonly number[];
  /** Tokens of the answer. */
  readonly tokens: number;
}

/**
 * `guessing`: the answer itself is too unlikely to say anything of · `few_controls`: too few boxes elsewhere · `depends`: the
 * region does more than every control, by enough · `unclear`: more than every control, not by enough · `not_shown`.
 */
export type CausalKind = 'guessing' | 'few_controls' | 'depends' | 'unclear' | 'not_shown';

export interface CausalEffect {
  readonly kind: CausalKind;
  /** whole − hidden: above zero where hiding makes the answer less likely. In nats. */
  readonly drop: number;
  readonly controlDrops: readonly number[];
  /** Mean of the controls' drops, and their standard deviation (n − 1); null without enough of them. */
  readonly mean: number | null;
  readonly spread: number | null;
  /** (drop − mean) / spread, the spread at least 0.1. */
  readonly size: number | null;
  /** 1: hiding the region does more than hiding any control; ties count against it. */
  readonly rank: number;
}

export function causalEffect({ whole, hidden, controls, tokens }: CausalScores): CausalEffect {
  const drop = whole - hidden;
  const controlDrops = controls.map((logProb) => whole - logProb);
  const rank = 1 + controlDrops.filter((other) => other >= drop).length;
  const enough = controls.length >= CONTROLS_LEAST;
  const mean = enough ? controlDrops.reduce((a, b) => a + b, 0) / controls.length : null;
  const spread =
    mean === null
      ? null
      : Math.sqrt(controlDrops.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (controls.length - 1));
  const size = mean === null || spread === null ? null : (drop - mean) / Math.max(spread, SPREAD_LEAST);
  const numbers = { drop, controlDrops, mean, spread, size, rank };
  if (isGuess(whole, tokens)) return { kind: 'guessing', ...numbers };
  if (size === null) return { kind: 'few_controls', ...numbers };
  if (rank > 1) return { kind: 'not_shown', ...numbers };
  const [strong, clear] = [drop >= Math.log(DEPENDS.factor), size >= DEPENDS.size];
  if (strong && clear) return { kind: 'depends', ...numbers };
  return { kind: strong || clear ? 'unclear' : 'not_shown', ...numbers };
}

/** Whether an answer of so many tokens with that log-probability counts as a guess. */
export function isGuess(logProb: number, tokens: number): boolean {
  if (tokens >= GUESS.longFrom) return Math.exp(logProb / tokens) < GUESS.perToken;
  return Math.exp(logProb) < GUESS.answer;
}
