/** What the Evaluate page makes of numbers: budgets as people write them, and the places of a sweep's points. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SweepPoint } from '../../../src-shared/contract/evaluation.ts';
import { sweepPlot } from '../../../src-shared/contract/words/sweep-plot.ts';
import { budgetsOf } from '../../../src-renderer/evaluate/evaluate.ts';

test('budgets are numbers with commas or spaces, each once, the smallest first', () => {
  assert.deepEqual(budgetsOf(''), [null]);
  assert.deepEqual(budgetsOf(' 1024, 256 256,576 '), [256, 576, 1024]);
  for (const wrong of ['many', '0', '-4', '1e3', '65537', Array.from({ length: 17 }, (_, i) => i + 1).join()])
    assert.equal(budgetsOf(wrong), null, wrong);
});

function point(tokens: number | null, value: number, perSecond: number): SweepPoint {
  return {
    evaluation: { settings: { tokens } },
    methods: [
      {
        method: 'alone',
        accuracy: { n: 9, value, low: value - 0.1, high: value + 0.1 },
        visualTokens: tokens,
        throughput: {
          perSecond,
          wallPerSecond: perSecond / 2,
          relative: 1,
          wallRelative: 1,
          groups: [],
        },
      },
    ],
  } as unknown as SweepPoint;
}

test('a curve runs from budget to budget; along the edge stand round numbers; one budget is no curve', () => {
  assert.equal(sweepPlot([point(64, 0.5, 4)], 'generate'), null);
  const plot = sweepPlot([point(64, 0.3, 4), point(null, 0.5, 1)], 'generate')!;
  const [curve] = plot.curves;
  assert.deepEqual(
    curve!.points.map(({ name }) => name),
    ['64', 'Its own'],
  );
  const [first, second] = curve!.points;
  assert.ok(first!.x > second!.x && first!.x < 1 && first!.y < second!.y);
  for (const { y, low, high } of curve!.points) assert.ok(0 <= low && low < y && y < high && high <= 1);
  assert.deepEqual(
    plot.speeds.map(({ words }) => words),
    ['0', '1', '2', '3', '4'],
  );
  const clock = sweepPlot([point(64, 0.3, 4), point(null, 0.5, 1)], 'clock')!;
  assert.deepEqual(
    clock.speeds.map(({ words }) => words),
    ['0', '0.5', '1', '1.5', '2'],
  );
});
