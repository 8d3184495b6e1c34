import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scalesOf, type Scaled } from '../../../src-renderer/canvas/map-scale.ts';
import type { Quantity } from '../../../src-renderer/canvas/map-scale.ts';
import { withRange } from '../../../src-renderer/canvas/map-values.ts';

function pane(quantity: Quantity, values: readonly number[], difference = false): Scaled {
  return { map: withRange(Float32Array.from(values)), quantity, difference };
}

const ends = (scales: ReturnType<typeof scalesOf>) =>
  scales.map((scale) => scale && [scale.min, scale.max, scale.shared]);

test('each map has its own range unless one scale is asked for', () => {
  const panes = [
    pane('attention', [1, 2]),
    pane('attention', [0, 8]),
    null,
    pane('probability', [0.25, 0.5]),
  ];
  assert.deepEqual(ends(scalesOf(panes, false)), [[1, 2, false], [0, 8, false], null, [0.25, 0.5, false]]);
  assert.deepEqual(ends(scalesOf(panes, true)), [[0, 8, true], [0, 8, true], null, [0.25, 0.5, false]]);
});

test('quantities never share a scale, nor does a difference with a map', () => {
  const panes = [
    pane('logit', [-4, 4]),
    pane('probability', [0, 1]),
    pane('probability', [-0.5, 0.25], true),
  ];
  assert.deepEqual(ends(scalesOf(panes, true)), [
    [-4, 4, false],
    [0, 1, false],
    [-0.5, 0.5, false],
  ]);
});

test('a difference goes as far below zero as above, whichever is further', () => {
  const [below, above] = scalesOf([pane('attention', [-3, 1], true), pane('attention', [1, 2], true)], false);
  assert.deepEqual([below!.min, below!.max, below!.diverging], [-3, 3, true]);
  assert.deepEqual([above!.min, above!.max], [-2, 2]);
});

test('a map without finite values has no scale and spoils none', () => {
  const panes = [pane('attention', [NaN]), pane('attention', [1, 2])];
  assert.deepEqual(ends(scalesOf(panes, true)), [null, [1, 2, false]]);
});
