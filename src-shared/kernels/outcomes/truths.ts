/** What an answer is held against, and which of it the answer matched. */
import { isRight } from './answer-outcome.ts';
import { type ScorerName, scoreAnswer } from '../scorers/score.ts';
import type { ScoreCase } from '../scorers/case.ts';

/** What a sample knows of right answers. */
export interface Known {
  /** The answer given with the data. */
  readonly referenceAnswer: string | null;
  /** Of a benchmark's sample: every answer of the data; empty: it does not tell. */
  readonly answers: readonly string[];
}

/**
 * A benchmark's rule counts by all answers of the data and no other; without them, the answer given with the data is the
 * only truth. None: nobody knows.
 */
export function truthsOf({ referenceAnswer, answers }: Known): readonly string[] {
  if (answers.length > 0) return answers;
  return referenceAnswer === null ? [] : [referenceAnswer];
}

/** Tags of a benchmark's sample that its rule may differ by, in the order in which they count. */
const CATEGORY_TAGS = ['dataset:', 'question_type:', 'category:'];

/** What the data set files the question under, as importers tag it (`dataset:HME100k`); null: nothing. */
export function categoryOf(tags: readonly string[]): string | null {
  for (const kind of CATEGORY_TAGS) {
    const tag = tags.find((one) => one.startsWith(kind));
    if (tag !== undefined) return tag.slice(kind.length);
  }
  return null;
}

/** The text that a verdict is about, and that is looked at: a model begins many answers with a space. */
export function answerText(answer: string): string {
  return answer.trim();
}

/**
 * For each truth whether the answer is right by it alone, in their order. Rules that count how many people agree see as many
 * of it as there are truths.
 */
export function matched(scorer: ScorerName, c: ScoreCase): boolean[] {
  const each = new Map([...new Set(c.truths)].map((truth) => [truth, matches(scorer, c, truth)]));
  return c.truths.map((truth) => each.get(truth)!);
}

function matches(scorer: ScorerName, c: ScoreCase, truth: string): boolean {
  return isRight(scoreAnswer(scorer, { ...c, truths: c.truths.map(() => truth) }));
}
