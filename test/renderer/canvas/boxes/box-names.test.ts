import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  highestIn,
  namedBoxes,
  placeNames,
  rpnBoxes,
} from '../../../../src-renderer/canvas/boxes/box-names.ts';

const identity = { scale: 1, x: 0, y: 0 };
const pane = { width: 400, height: 300 };
/** 4 × 4 tokens over a picture of 400 × 400, each value its place in a hundredth. */
const map = {
  values: Float32Array.from({ length: 16 }, (_, i) => i / 100),
  range: { min: 0, max: 0.15 },
  grid: [4, 4] as [number, number],
  transform: { scaleX: 0.01, scaleY: 0.01, offsetX: 0, offsetY: 0 },
};

test('a box of the RPN is called by the highest probability inside, one smaller than a token by that token’s', () => {
  assert.equal(rpnBoxes([[0, 0, 200, 200]], map)[0]?.name, 'RPN 0.05');
  assert.equal(rpnBoxes([[110, 310, 120, 320]], map)[0]?.name, 'RPN 0.13');
  assert.equal(rpnBoxes([[0, 0, 200, 200]], null)[0]?.name, 'RPN');
  const masked = { ...map, values: new Float32Array(16).fill(NaN) };
  assert.equal(highestIn(masked, [0, 0, 400, 400]), null);
});

test('a name stands above its box, and below where there is no room', () => {
  const [above] = placeNames(namedBoxes([[100, 100, 200, 200]], 'raw'), identity, pane, null);
  assert.ok(above!.at.x === 100 && above!.at.y < 100 - 18);
  const [below] = placeNames(namedBoxes([[100, 5, 200, 200]], 'raw'), identity, pane, null);
  assert.ok(below!.at.y > 200);
});

test('names stay in the pane, apart from each other and off the boxes', () => {
  const named = [
    ...namedBoxes([[100, 100, 300, 250]], 'RPN 0.94'),
    ...namedBoxes([[120, 110, 180, 160]], 'truth'),
  ];
  const placed = placeNames(named, identity, pane, null);
  assert.equal(placed.length, 2);
  const [rpn, truth] = placed;
  assert.ok(Math.abs(rpn!.at.y - truth!.at.y) >= 18 || Math.abs(rpn!.at.x - truth!.at.x) >= 40);
  for (const { at } of placed) assert.ok(at.x >= 0 && at.y >= 0 && at.x < 400 && at.y + 18 <= 300);
});

test('a name gives way to the pointer, wherever it goes', () => {
  const named = namedBoxes([[100, 100, 200, 200]], 'raw');
  for (let x = 0; x <= 400; x += 20) {
    for (let y = 0; y <= 300; y += 20) {
      for (const { at } of placeNames(named, identity, pane, { x, y })) {
        const over = x >= at.x && x <= at.x + 33 && y >= at.y && y <= at.y + 18;
        assert.ok(!over, `${x}, ${y}`);
      }
    }
  }
});

test('a box out of sight has no name, one that fills the pane has it inside', () => {
  assert.deepEqual(placeNames(namedBoxes([[900, 900, 950, 950]], 'raw'), identity, pane, null), []);
  const [inside] = placeNames(namedBoxes([[0, 0, 400, 300]], 'raw'), identity, pane, null);
  assert.ok(inside!.at.x > 0 && inside!.at.y > 0);
});
