/** Labels made wrong on purpose, and the picture of a curve. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { curvePlot } from '../../../src-main/jobs/train/curve-plot.ts';
import type { CurveReport } from '../../../src-main/jobs/train/curve.ts';
import { misplaced } from '../../../src-main/jobs/train/noise.ts';

test('of wrong labels each keeps its cells and none its place; which ones follows from seed and sample', () => {
  const grid = [4, 5] as const;
  const labels = new Int8Array(20).fill(0);
  labels.set([1, 1], 7);
  labels[0] = -100;
  const sorted = (some: Int8Array) => [...some].sort();
  let wrong = 0;
  for (let sample = 1; sample <= 1000; sample++) {
    const moved = misplaced(labels, grid, 0.4, 5, sample);
    assert.deepEqual(misplaced(labels, grid, 0.4, 5, sample), moved);
    assert.deepEqual(sorted(moved), sorted(labels));
    if (moved !== labels) {
      wrong++;
      assert.notDeepEqual([...moved], [...labels]);
    }
    assert.equal(misplaced(labels, grid, 0, 5, sample), labels);
  }
  assert.ok(Math.abs(wrong - 400) < 60, `${wrong} of 1000`);
  const who = (seed: number) =>
    Array.from({ length: 50 }, (_, i) => misplaced(labels, grid, 0.5, seed, i) === labels);
  assert.notDeepEqual(who(1), who(2));
});

const report: CurveReport = {
  kind: 'share',
  against: 'truth',
  heldOut: 30,
  teacher: { samples: 30, auc: 0.9, iou: null, boxRecall: 0.8 },
  points: [
    { at: 0.1, samples: 10, auc: { mean: 0.7, low: 0.6, high: 0.8 }, iou: 0.1, boxRecall: 0.2, over: null },
    { at: 1, samples: 100, auc: { mean: 0.95, low: 0.94, high: 0.96 }, iou: 0.5, boxRecall: 0.9, over: null },
  ],
  rows: [],
};

test('the picture has a dot a place, the teacher as a line at its height, and nothing where nothing is known', () => {
  const svg = curvePlot(report);
  const dots = [...svg.matchAll(/<circle class="student-dot" cx="([\d.]+)" cy="([\d.]+)"/g)].map(
    ([, x, y]) => [Number(x), Number(y)],
  );
  assert.equal(dots.length, 2);
  assert.ok(dots[1]![0]! > dots[0]![0]! && dots[1]![1]! < dots[0]![1]!, 'to the right, and higher');
  const level = Number(/class="teacher"[^>]* y1="([\d.]+)"/.exec(svg)?.[1]);
  assert.ok(level > dots[1]![1]! && level < dots[0]![1]!, 'between the two');
  assert.equal(curvePlot({ ...report, points: report.points.map((point) => ({ ...point, auc: null })) }), '');
});
