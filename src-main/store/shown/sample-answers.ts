/** The answers of a sample as they count now: by which rule, against which truths, and what people said of them. */
import type { ScoredAnswers } from '../../../src-shared/contract/scoring/answers.ts';
import { matched } from '../../../src-shared/kernels/outcomes/truths.ts';
import type { ReadableDb } from '../db.ts';
import { type ScoredAnswer, scoredPrediction } from '../outcomes/scored.ts';
import { getSample } from '../samples/sample.ts';
import { sampleState } from '../samples/state.ts';
import { shownEntries, shownText } from '../shown-text.ts';

/** Null for a sample without a label. Throws `not_found`. */
export function sampleAnswers(db: ReadableDb, id: number): ScoredAnswers | null {
  getSample(db, id);
  const { predictionId } = sampleState(db, id)!;
  const scored = predictionId === null ? null : scoredPrediction(db, predictionId);
  if (predictionId === null || scored === null) return null;
  const { scorer, question, first, crop, given, outcome, truthIou, localised } = scored;
  const byFirst = given ? question.truths.map(() => false) : matched(scorer, question);
  const byCrop = crop
    ? matched(scorer, { ...question, answer: crop.text })
    : question.truths.map(() => false);
  const truths = new Map<string, ScoredAnswers['truths'][number]>();
  question.truths.forEach((text, i) => {
    const count = (truths.get(text)?.count ?? 0) + 1;
    truths.set(text, { text: shownText(text), count, first: byFirst[i]!, crop: byCrop[i]! });
  });
  return {
    predictionId,
    scorer,
    first: shownAnswer(first),
    crop: crop && shownAnswer(crop),
    given,
    truths: shownEntries([...truths.values()].sort((a, b) => b.count - a.count)),
    outcome,
    truthIou,
    localised,
  };
}

function shownAnswer({ text, score, judged, right }: ScoredAnswer): ScoredAnswers['first'] {
  const said = judged && { verdict: judged.verdict, reviewer: judged.reviewer, at: judged.at };
  return { text, score, judged: said, right };
}
