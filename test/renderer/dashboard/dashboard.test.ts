/** Words of the dashboard's numbers. That each opens what it counts is tested with the store. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  histogramBars,
  histogramTicks,
  labelFigures,
  mostWords,
  placeCells,
  secondsLeft,
  shareWords,
} from '../../../src-renderer/dashboard/dashboard.ts';
import type { DashboardCounts, DashboardShapes } from '../../../src-shared/contract/procedures.ts';

const shapes: DashboardShapes = {
  histograms: {
    disagreement: [7, 0, 0, 0, 0, 0, 0, 0, 0, 2],
    iou: [1, 0, 0, 0, 0, 0, 0, 0, 0, 3],
    roiSize: [0, 0, 0, 5, 0, 0, 0, 0, 1],
  },
  places: Array.from({ length: 64 }, (_, i) => i),
};

test('bars run from none to all, the overlap of label and RPN from the other end of their disagreement', () => {
  const overlap = histogramBars('disagreement', shapes);
  assert.deepEqual(
    [overlap[0]!.words, overlap[0]!.samples, overlap[0]!.filter],
    ['0% to 10%', 2, { ranges: { disagreement: [0.9, 2] } }],
  );
  assert.deepEqual([overlap.at(-1)!.words, overlap.at(-1)!.samples], ['90% to 100%', 7]);
  const sizes = histogramBars('roiSize', shapes);
  assert.deepEqual([sizes[0]!.words, sizes.at(-1)!.words], ['0% to 1%', '50% to 100%']);
  for (const measure of ['disagreement', 'iou', 'roiSize'] as const) {
    const ticks = histogramTicks(measure);
    assert.equal(ticks.length, histogramBars(measure, shapes).length + 1);
    assert.deepEqual([ticks[0], ticks.at(-1)], ['0%', '100%']);
  }
});

test('the text of a chart says where most are, and nothing when there are none', () => {
  assert.equal(mostWords(histogramBars('iou', shapes)), 'Most common: 90% to 100% (75%)');
  assert.equal(mostWords([]), 'Nothing to show yet');
  assert.equal(shareWords(1, 3), '33.3%');
  assert.equal(shareWords(0, 0), '–');
});

test('places are named by row and column and picked by both', () => {
  const cell = placeCells(shapes)[8 * 2 + 7]!;
  assert.equal(cell.words, 'row 3, column 8 of 8');
  assert.deepEqual(cell.filter, { ranges: { roiX: [7 / 8, 2], roiY: [2 / 8, 3 / 8] } });
});

test('reasons stand under the dropped labels; the others add up to all samples', () => {
  const figures = labelFigures({
    labelled: 8,
    dropped: 3,
    dropRules: [
      { rule: 'area', samples: 2 },
      { rule: 'low_max', samples: 1 },
    ],
    failed: 1,
    waiting: 4,
  } as unknown as DashboardCounts);
  assert.deepEqual(
    figures.filter(({ part }) => part).map(({ words, samples }) => `${samples} ${words}`),
    ['2 Box too large', '1 Attention too weak'],
  );
  assert.deepEqual(
    figures.filter(({ part }) => !part).map(({ samples }) => samples),
    [5, 3, 1, 4],
  );
});

test('time left is the rest at the known speed', () => {
  assert.equal(secondsLeft(90, 30), 180);
  assert.equal(secondsLeft(90, null), null);
});
