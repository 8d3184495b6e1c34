/**
 * What the crop made of an answer, and whether a map on the right place was of use: names for pairs of "right" and "wrong".
 * Who counts an answer right is not said here (`scorers`, or a person).
 */

/** A score from here on counts as right: half of what the rule can give, as the benchmarks' own cut-off (ANLS: τ = 0.5). */
export const RIGHT_FROM = 0.5;

/** A map is on the truth from this IoU on (M. Everingham et al., The PASCAL Visual Object Classes Challenge, IJCV 88, 2010). */
export const LOCALISED_FROM = 0.5;

/**
 * `fixed` wrong alone, right with the crop · `broken` right alone, wrong with it · `both_right`, `both_wrong` · `alone_right`,
 * `alone_wrong` no crop was looked at.
 */
export const ANSWER_OUTCOMES = [
  'fixed',
  'broken',
  'both_right',
  'both_wrong',
  'alone_right',
  'alone_wrong',
] as const;
export type AnswerOutcome = (typeof ANSWER_OUTCOMES)[number];

/** `used` the map is on the truth and the answer is right · `unused` on the truth, and wrong · `missed` not on the truth. */
export const LOCALISATIONS = ['used', 'unused', 'missed'] as const;
export type Localisation = (typeof LOCALISATIONS)[number];

/** @param score of a scorer, 0 to 1 */
export function isRight(score: number): boolean {
  return score >= RIGHT_FROM;
}

/**
 * @param first whether the first answer is right; null: nobody knows
 * @param crop whether the answer with the crop is right; null: no crop was looked at, or nobody knows
 * @returns null where nobody knows whether the first answer is right
 */
export function outcomeOf(first: boolean | null, crop: boolean | null): AnswerOutcome | null {
  if (first === null) return null;
  if (crop === null) return first ? 'alone_right' : 'alone_wrong';
  if (first) return crop ? 'both_right' : 'broken';
  return crop ? 'fixed' : 'both_wrong';
}

/**
 * @param truthIou of the map and the true boxes, 0 to 1; null: one of them is missing
 * @returns null where the outcome or the IoU is
 */
export function localisationOf(outcome: AnswerOutcome | null, truthIou: number | null): Localisation | null {
  if (outcome === null || truthIou === null) return null;
  if (truthIou < LOCALISED_FROM) return 'missed';
  return RIGHT_AT_LAST[outcome] ? 'used' : 'unused';
}

/** Whether the last answer is right: the one with the crop where one was looked at. */
const RIGHT_AT_LAST: Readonly<Record<AnswerOutcome, boolean>> = {
  fixed: true,
  broken: false,
  both_right: true,
  both_wrong: false,
  alone_right: true,
  alone_wrong: false,
};

/** How many of which, of samples that were answered both ways. */
export type PairedCounts = Readonly<Record<'fixed' | 'broken' | 'both_right' | 'both_wrong', number>>;
