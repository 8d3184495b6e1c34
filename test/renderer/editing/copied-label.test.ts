import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PredictionMaps } from '../../../src-shared/contract/domain.ts';
import { labelFromMap, onPlace } from '../../../src-renderer/editing/copied-label.ts';
import { cursorAt, stepped } from '../../../src-renderer/editing/cursor.ts';
import { encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { nativeTransform } from '../../../src-shared/kernels/transform.ts';
import { BG, FG, IGNORE, type Grid } from '../../../src-shared/kernels/types.ts';
import { testPreset } from '../../support/project.ts';

const SIZE = [80, 80] as const;
const GRID: Grid = [8, 8];
const PLACE = { grid: GRID, transform: nativeTransform(SIZE, GRID) };

function map(values: (cell: number) => number): NonNullable<PredictionMaps['rpn']> {
  const bits = encodeFloat16(Float32Array.from({ length: 64 }, (_, cell) => values(cell)));
  return { grid: [8, 8], transform: PLACE.transform, data: new Uint8Array(bits.buffer as ArrayBuffer) };
}

const none: PredictionMaps = {
  predictionId: 1,
  grounding: null,
  sink: null,
  question: null,
  denoised: null,
  rpn: null,
};
const SINK = 63;
const maps: PredictionMaps = {
  ...none,
  grounding: map((cell) => (cell === 9 ? 0.02 : cell === SINK ? 0.05 : 0.0001)),
  sink: map((cell) => (cell === SINK ? 1 : 0)),
  rpn: map((cell) => ([18, 19, 26, 27].includes(cell) ? 8 : -8)),
};

test('[E10] the denoised map gives the label of the preset’s rules, the raw one is refused for its sink', () => {
  const denoised = labelFromMap('denoised', maps, testPreset, SIZE);
  assert.ok('label' in denoised);
  assert.deepEqual(
    [...denoised.label.keys()].filter((cell) => denoised.label[cell] === FG),
    [9],
  );
  assert.equal(denoised.label[0], BG);
  const raw = labelFromMap('raw', maps, testPreset, SIZE);
  assert.ok('refused' in raw);
  assert.match(raw.refused, /box covers 77% of the grid/);
});

test('[E10] the RPN gives foreground over the RoI threshold and background elsewhere, or says it sees nothing', () => {
  const seen = labelFromMap('rpn', maps, testPreset, SIZE);
  assert.ok('label' in seen);
  for (const cell of [18, 19, 26, 27]) assert.equal(seen.label[cell], FG);
  assert.ok(seen.label.every((value) => value === FG || value === BG));
  const blind = labelFromMap('rpn', { ...maps, rpn: map(() => -8) }, testPreset, SIZE);
  assert.deepEqual(blind, { refused: 'The RPN sees no region: no probability over 0.15' });
  assert.ok('refused' in labelFromMap('rpn', none, testPreset, SIZE));
  assert.ok('refused' in labelFromMap('raw', none, testPreset, SIZE));
});

test('[E10] a label of another grid is read at token centres; beside it nothing is said', () => {
  const label = Int8Array.from({ length: 64 }, (_, cell) => (cell % 8 < 4 ? FG : BG));
  assert.deepEqual(onPlace(label, PLACE, PLACE), label);
  const coarse = { grid: [2, 4] as const, transform: nativeTransform(SIZE, [2, 4]) };
  assert.deepEqual([...onPlace(label, PLACE, coarse)], [FG, FG, BG, BG, FG, FG, BG, BG]);
  const wider = {
    grid: [1, 4] as const,
    transform: { scaleX: 4 / 160, scaleY: 1 / 80, offsetX: 0, offsetY: 0 },
  };
  assert.deepEqual([...onPlace(label, PLACE, wider)], [FG, BG, IGNORE, IGNORE]);
});

test('the cell cursor starts under the pointer or in the middle, and stays in the grid', () => {
  assert.deepEqual(cursorAt({ x: 15, y: 5 }, GRID, PLACE.transform), { x: 1.5, y: 0.5 });
  assert.deepEqual(cursorAt(null, GRID, PLACE.transform), { x: 4.5, y: 4.5 });
  assert.deepEqual(cursorAt({ x: 999, y: 5 }, GRID, PLACE.transform), { x: 4.5, y: 4.5 });
  assert.deepEqual(stepped({ x: 1.5, y: 0.5 }, 'ArrowLeft', true, GRID), { x: 0.5, y: 0.5 });
  assert.deepEqual(stepped({ x: 1.5, y: 0.5 }, 'ArrowDown', true, GRID), { x: 1.5, y: 5.5 });
  assert.equal(stepped({ x: 1.5, y: 0.5 }, 'b', false, GRID), null);
});
