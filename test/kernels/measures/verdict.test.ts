import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairedDifference } from '../../../src-shared/kernels/measures/bootstrap.ts';
import { verdictOf } from '../../../src-shared/kernels/measures/verdict.ts';

test('[M8] a side is called better where the interval leaves zero out', () => {
  const wins = { a: 5, b: 4 };
  assert.equal(verdictOf({ low: 0.01, high: 0.2, wins }), 'a');
  assert.equal(verdictOf({ low: 0, high: 0.2, wins }), 'unsure');
  assert.equal(verdictOf({ low: -0.2, high: -0.1, wins }), 'b');
});

test('[M8] too few pairs that differ call nobody better, however far apart they are', () => {
  const judged = (differences: number[]) => {
    const { low, high, wins } = pairedDifference(differences, new Float64Array(differences.length), 0)!;
    return verdictOf({ low, high, wins: { a: wins[0], b: wins[1] } });
  };
  assert.equal(judged([0.001]), 'few');
  assert.equal(judged([0.5, 0.6, 0.7, 0.5, 0.6]), 'few');
  assert.equal(judged([-0.5, -0.6, -0.7, -0.5, -0.6]), 'few');
  assert.equal(judged([0.5, 0.6, 0.7, 0.5, 0.6, 0, 0]), 'few', 'pairs that are alike say nothing');
  assert.equal(judged([0.5, 0.6, 0.7, 0.5, 0.6, 0.1]), 'a');
  assert.equal(judged([0]), 'unsure');
});
