/** What a person's word on an answer shows at once is what the main side will count. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScoredAnswers } from '../../../src-shared/contract/scoring/answers.ts';
import { markOf, ofMark, rejudged } from '../../../src-renderer/judging/judged.ts';
import { matchTip, scoredWords } from '../../../src-renderer/sample/scored.ts';

const ANSWERS: ScoredAnswers = {
  predictionId: 1,
  scorer: 'exact',
  first: { text: 'Paris', score: 0, judged: null, right: false },
  crop: { text: 'Lyon', score: 1, judged: null, right: true },
  given: false,
  truths: [{ text: 'lyon', count: 1, first: false, crop: true }],
  outcome: 'fixed',
  truthIou: 0.8,
  localised: 'used',
};
const said = (verdict: 'right' | 'wrong') => ({ verdict, reviewer: 'ann', at: '2026-01-01T00:00:00Z' });

test('a verdict holds over the rule, on every answer with that text; taken back, the rule counts', () => {
  const right = rejudged(ANSWERS, 'Paris', said('right'));
  assert.equal(right.outcome, 'both_right');
  const wrong = rejudged(right, 'Lyon', said('wrong'));
  assert.deepEqual([wrong.outcome, wrong.localised], ['broken', 'unused']);
  assert.equal(rejudged(rejudged(wrong, 'Lyon', null), 'Paris', null).outcome, 'fixed');
  const same = { ...ANSWERS, crop: { ...ANSWERS.crop!, text: 'Paris', score: 0, right: false } };
  assert.equal(rejudged(same, 'Paris', said('right')).outcome, 'both_right');
});

test('an answer of which nobody knows is what a person says, and unknown again without; a given one stays', () => {
  const first = { text: 'Paris', score: null, judged: null, right: null };
  const unknown: ScoredAnswers = {
    ...ANSWERS,
    first,
    crop: null,
    truths: [],
    outcome: null,
    localised: null,
  };
  const judged = rejudged(unknown, 'Paris', said('wrong'));
  assert.deepEqual([judged.outcome, judged.localised], ['alone_wrong', 'unused']);
  assert.equal(rejudged(judged, 'Paris', null).outcome, null);
  assert.equal(rejudged({ ...unknown, given: true }, 'Paris', said('right')).outcome, null);
});

test('a mark is read back whatever the answer has in it', () => {
  for (const answer of ['', 'a', 'right: b', ': ', 'x:y'])
    for (const verdict of ['right', 'wrong'] as const)
      assert.deepEqual(ofMark(markOf(verdict, answer)), { verdict, answer });
});

test('the rule and its numbers in one line; without a truth that is said', () => {
  assert.equal(scoredWords(ANSWERS), 'exact match: 0.00 alone, 1.00 with the crop');
  assert.equal(scoredWords({ ...ANSWERS, crop: null, scorer: 'textvqa' }), 'textvqa: 0.00 alone');
  assert.equal(scoredWords({ ...ANSWERS, truths: [] }), 'exact match: no right answer is known');
  assert.match(scoredWords({ ...ANSWERS, given: true }), /1\.00 with the crop; the answer alone came with/);
  assert.equal(matchTip({ text: 'x', count: 1, first: true, crop: true }), 'Both answers match this');
});
