import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dialsOf, positionOf, recipeOf, STEPS, type DialKey } from '../../../src-renderer/recipe/recipe.ts';
import { BARS, spreadOf, tipWith } from '../../../src-renderer/recipe/spreads.ts';
import { barHeights } from '../../../src-renderer/ui/histogram/histogram.ts';
import { testPreset } from '../../support/project.ts';

const recipe = recipeOf(testPreset);
const dials = dialsOf({ ...recipe, labels: { ...recipe.labels, variant: 'qwen' } });
const dial = (key: DialKey) => dials.find((one) => one.key === key)!;

test('every value stands in the bar under its place on the dial, and what passes is told by the rule of the threshold', () => {
  const of = (key: DialKey, value: number, values: number[], all?: number) =>
    spreadOf(dial(key), value, values, all)!;
  const shares = of('binaryCoff', 0.5, [0, 0.1, 0.5, 0.75, 1]);
  assert.deepEqual(
    shares.bars.flatMap((n, at) => (n > 0 ? [[at, n]] : [])),
    [
      [0, 1],
      [4, 1],
      [20, 1],
      [30, 1],
      [39, 1],
    ],
  );
  assert.deepEqual([shares.range, shares.words], [[0.5, 1], '5 tokens, 2 above it']);
  assert.equal(of('bgCoff', 0.5, [0, 0.1, 0.5, 1]).words, '4 tokens, 2 below it');
  assert.deepEqual(of('bgCoff', 0.25, [0.1]).range, [0, 0.25]);
  assert.equal(of('sinkThresh', 0.01, [0, 0.01, 0.5]).words, '3 tokens, 2 removed as sinks');
  assert.equal(of('maxRatioLimit', 0.5, [0.2, 0.5, 1]).words, '3 samples, 1 below it and kept');
  assert.equal(
    of('minMax', 0.01, [0.01, 0.001], 4000).words,
    '2 of 4,000 samples, evenly over the run, 1 at least that and kept',
  );
  assert.equal(spreadOf(dial('roi'), 0.1, []), null);
  assert.equal(spreadOf(dial('roi'), 0.1, null), null);
  assert.equal(tipWith('Hint', 'roi', null), 'Hint');
  assert.match(
    tipWith('Hint', 'roi', of('roi', 0.1, [0.2])),
    /^Hint\nBehind it: this sample’s tokens after blurring \(heights are square roots\)\. 1 token, 1 above it$/,
  );
});

test('no value is lost, wherever it lies, and the mark is where the dial stands', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...dials),
      fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1, maxLength: 50 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (one, values, value) => {
        const spread = spreadOf(one, value, values)!;
        assert.equal(spread.bars.length, BARS);
        assert.equal(
          spread.bars.reduce((a, b) => a + b, 0),
          values.length,
        );
        assert.ok(spread.range.includes(positionOf(one, value) / STEPS));
      },
    ),
    { seed: 3 },
  );
});

test('roots of counts show few beside many', () => {
  assert.deepEqual(barHeights([100, 25, 0], 'root'), [1, 0.5, 0]);
  assert.deepEqual(barHeights([100, 25, 0]), [1, 0.25, 0]);
});
