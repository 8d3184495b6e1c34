/** A sample's answers after a person's word on one of them, as the main side will count them. */
import type {
  AnswerVerdict,
  ScoredAnswer,
  ScoredAnswers,
} from '../../src-shared/contract/scoring/answers.ts';
import { isRight, localisationOf, outcomeOf } from '../../src-shared/kernels/outcomes/answer-outcome.ts';

/** Which of a prediction's answers. */
export type Which = 'first' | 'crop';

/** A verdict on a text as a mark that a sample has or has not: `right: Paris`. */
export function markOf(verdict: AnswerVerdict, answer: string): string {
  return `${verdict}: ${answer}`;
}

export function ofMark(mark: string): { readonly verdict: AnswerVerdict; readonly answer: string } {
  const [verdict] = mark.split(':', 1);
  return { verdict: verdict === 'right' ? 'right' : 'wrong', answer: mark.slice(mark.indexOf(':') + 2) };
}

export function saidNow(verdict: AnswerVerdict, reviewer: string): NonNullable<ScoredAnswer['judged']> {
  return { verdict, reviewer, at: new Date().toISOString() };
}

/** @param judged what is said of every answer with this text from now on; null: nothing, so that the rule counts */
export function rejudged(
  answers: ScoredAnswers,
  text: string,
  judged: ScoredAnswer['judged'],
): ScoredAnswers {
  const again = (answer: ScoredAnswer, given: boolean): ScoredAnswer => {
    if (answer.text !== text || given) return answer;
    const byRule = answer.score === null ? null : isRight(answer.score);
    return { ...answer, judged, right: judged ? judged.verdict === 'right' : byRule };
  };
  const first = again(answers.first, answers.given);
  const crop = answers.crop && again(answers.crop, false);
  const outcome = outcomeOf(first.right, crop?.right ?? null);
  return { ...answers, first, crop, outcome, localised: localisationOf(outcome, answers.truthIou) };
}
