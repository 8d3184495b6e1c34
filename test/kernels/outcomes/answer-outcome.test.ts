/** What the crop made of an answer, whether the map was of use, and which truths an answer matched. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isRight,
  LOCALISED_FROM,
  localisationOf,
  outcomeOf,
} from '../../../src-shared/kernels/outcomes/answer-outcome.ts';
import { answerText, categoryOf, matched, truthsOf } from '../../../src-shared/kernels/outcomes/truths.ts';

test('every pair of right, wrong and unknown has its name; an unknown first answer has none', () => {
  const words = [true, false, null].map((first) => [true, false, null].map((crop) => outcomeOf(first, crop)));
  assert.deepEqual(words, [
    ['both_right', 'broken', 'alone_right'],
    ['fixed', 'both_wrong', 'alone_wrong'],
    [null, null, null],
  ]);
});

test('half of what a rule can give is right', () => {
  assert.deepEqual([0, 0.3, 0.499, 0.5, 0.6, 1].map(isRight), [false, false, false, true, true, true]);
});

test('a map on the truth is of use where the last answer is right', () => {
  const at = (iou: number | null) =>
    (['fixed', 'broken', 'both_right', 'both_wrong', 'alone_right', 'alone_wrong'] as const).map((outcome) =>
      localisationOf(outcome, iou),
    );
  assert.deepEqual(at(LOCALISED_FROM), ['used', 'unused', 'used', 'unused', 'used', 'unused']);
  assert.deepEqual(new Set(at(LOCALISED_FROM - 1e-9)), new Set(['missed']));
  assert.deepEqual(new Set(at(null)), new Set([null]));
  assert.equal(localisationOf(null, 1), null);
});

test('a benchmark’s answers are the truths, without them the one given with the data; else nobody knows', () => {
  assert.deepEqual(truthsOf({ referenceAnswer: 'a', answers: ['b', 'b', 'c'] }), ['b', 'b', 'c']);
  assert.deepEqual(truthsOf({ referenceAnswer: 'a', answers: [] }), ['a']);
  assert.deepEqual(truthsOf({ referenceAnswer: null, answers: [] }), []);
  assert.equal(answerText(' Paris\n'), 'Paris');
});

test('what the data files a question under is read off its tags', () => {
  assert.equal(categoryOf(['benchmark:ocrbench', 'question_type:Handwriting', 'dataset:HME100k']), 'HME100k');
  assert.equal(categoryOf(['category:direct_attributes']), 'direct_attributes');
  assert.equal(categoryOf(['night']), null);
});

test('the truths that an answer is right by are told one by one, equal ones alike', () => {
  const c = {
    answer: ' Paris',
    truths: ['paris', 'Lyon', 'paris'],
    options: [],
    question: '?',
    category: null,
  };
  assert.deepEqual(matched('exact', c), [true, false, true]);
});
