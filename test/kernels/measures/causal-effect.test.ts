import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { causalEffect, DEPENDS, GUESS, isGuess } from '../../../src-shared/kernels/measures/causal-effect.ts';
import { controlBoxes } from '../../../src-shared/kernels/measures/control-box.ts';

const log = Math.log;
/** Controls that change log p by so much each. */
const scores = (whole: number, hidden: number, drops: readonly number[], tokens = 1) => ({
  whole,
  hidden,
  controls: drops.map((drop) => whole - drop),
  tokens,
});
const QUIET = [-0.1, 0, 0.1, 0, -0.1, 0.1, 0, 0];

describe('causal effect', () => {
  it('[C4] a probability of 0.72% that becomes 0.70% is a guess, whatever else changes', () => {
    const effect = causalEffect(scores(log(0.0072), log(0.007), QUIET));
    assert.equal(effect.kind, 'guessing');
    assert.ok(Math.abs(effect.drop - log(0.0072 / 0.007)) < 1e-12);
  });

  it('[C4] the level of a guess: the whole answer where it is short, each token where it is long', () => {
    assert.equal(isGuess(log(GUESS.answer) - 1e-9, 1), true);
    assert.equal(isGuess(log(GUESS.answer) + 1e-9, 1), false);
    assert.equal(isGuess(log(GUESS.answer) - 1e-9, GUESS.longFrom - 1), true);
    const long = 20;
    assert.equal(isGuess(long * log(0.9), long), false, 'twenty sure tokens are no guess, at 12% together');
    assert.equal(isGuess(long * (log(GUESS.perToken) - 1e-9), long), true);
  });

  it('[C5] depends: more than every control, at least twice, and three spreads above their mean', () => {
    const whole = log(0.9);
    const at = (drop: number, drops: readonly number[] = QUIET) =>
      causalEffect(scores(whole, whole - drop, drops));
    assert.equal(at(log(DEPENDS.factor) + 1e-9).kind, 'depends');
    assert.equal(at(log(DEPENDS.factor) - 1e-9).kind, 'unclear', 'clear beside the controls, but little');
    assert.equal(at(0.2).kind, 'not_shown');
    assert.equal(at(-0.5).kind, 'not_shown', 'hiding makes it likelier');
    const wide = [0, 2, 0, 2, 0, 2, 0, 2];
    assert.equal(at(2.1, wide).kind, 'unclear', 'more than any, within their spread');
    assert.equal(at(2, wide).kind, 'not_shown', 'a tie with a control counts against the region');
    assert.equal(at(2, wide).rank, 5);
    const one = [0, 0, 0, 0, 0, 0, 0, 3];
    assert.equal(at(2.9, one).kind, 'not_shown', 'one box elsewhere does more');
  });

  it('[C5] the numbers are those of the definition', () => {
    const { drop, mean, spread, size, rank } = causalEffect(scores(-0.1, -4.1, [1, 2, 3, 4, 5]));
    assert.deepEqual(
      [drop, rank].map((value) => Number(value.toFixed(9))),
      [4, 3],
    );
    assert.ok(Math.abs(mean! - 3) < 1e-12 && Math.abs(spread! - Math.sqrt(2.5)) < 1e-12);
    assert.ok(Math.abs(size! - 1 / Math.sqrt(2.5)) < 1e-9);
  });

  it('[C6] fewer than four controls give no verdict', () => {
    assert.equal(causalEffect(scores(log(0.9), -9, [0, 0, 0])).kind, 'few_controls');
    assert.equal(causalEffect(scores(log(0.9), -9, [0, 0, 0, 0])).kind, 'depends');
    assert.equal(causalEffect(scores(log(0.01), -9, [])).kind, 'guessing');
  });
});

describe('control boxes', () => {
  it('[C3] are different ones of the size, apart from the box, the same for a seed, as many as there is room for', () => {
    const box = [10, 10, 20, 20] as const;
    const drawn = controlBoxes([100, 80], box, 3, 8);
    assert.equal(new Set(drawn.map(String)).size, 8);
    for (const [x0, y0, x1, y1] of drawn) {
      assert.deepEqual([x1 - x0, y1 - y0], [10, 10]);
      assert.ok(x0 >= 20 || y0 >= 20 || x1 <= 10 || y1 <= 10);
    }
    assert.deepEqual(controlBoxes([100, 80], box, 3, 8), drawn);
    assert.notDeepEqual(controlBoxes([100, 80], box, 4, 8), drawn);
    assert.deepEqual(controlBoxes([10, 10], [0, 0, 10, 10], 0, 8), []);
    const three = controlBoxes([4, 1], [0, 0, 1, 1], 0, 8).map(String).sort();
    assert.deepEqual(three, ['1,0,2,1', '2,0,3,1', '3,0,4,1']);
  });
});
