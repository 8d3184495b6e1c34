import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCORER_NAMES, scoreAnswer, scorerOf } from '../../../src-shared/kernels/scorers/score.ts';

const score = (answer: string, ...truths: string[]) =>
  scoreAnswer('exact', { answer, truths, options: [], question: '', category: null });

test('[SC2] exact: stripped, case-folded, any of the truths', () => {
  assert.equal(score(' Red\n', 'blue', 'red'), 1);
  assert.equal(score('STRASSE', 'straße'), 1);
  assert.equal(score('ΟΔΟΣ', 'οδος'), 1);
  assert.equal(score('cafe\u0301', 'café'), 1);
  assert.equal(score('', ' '), 1);
  assert.equal(score('red.', 'red'), 0);
  assert.equal(score('dark red', 'red'), 0);
  assert.equal(score('ı', 'i'), 0);
});

test('[SC2] without a right answer nothing is scored', () => {
  assert.throws(() => score('red'), RangeError);
});

test('[SC4] data of no benchmark, or of one without a rule, is scored by exact', () => {
  assert.equal(scorerOf(null), 'exact');
  assert.equal(scorerOf('constructor'), 'exact');
  assert.ok(SCORER_NAMES.includes('exact'));
});
