import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  MAX_SCALE,
  carryOver,
  cellAt,
  fit,
  gridRect,
  pan,
  toGrid,
  toPane,
  toWorld,
  zoomAt,
} from '../../../src-renderer/canvas/viewport.ts';

const picture = { width: 800, height: 400 };
const pane = { width: 416, height: 316 };
const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test('fit centres the whole picture', () => {
  const view = fit(picture, pane);
  assert.equal(view.scale, 0.5);
  assert.deepEqual(toPane(view, { x: 400, y: 200 }), { x: 208, y: 158 });
});

test('zoom keeps what lies under the pointer', () => {
  const at = { x: 100, y: 50 };
  const before = fit(picture, pane);
  const after = zoomAt(before, 3, at, picture, pane);
  const [a, b] = [toWorld(before, at), toWorld(after, at)];
  near(a.x, b.x);
  near(a.y, b.y);
  near(after.scale, 1.5);
});

test('zoom has limits and stays put there', () => {
  let view = fit(picture, pane);
  for (let i = 0; i < 100; i++) view = zoomAt(view, 2, { x: 10, y: 10 }, picture, pane);
  assert.equal(view.scale, MAX_SCALE);
  assert.deepEqual(zoomAt(view, 2, { x: 300, y: 300 }, picture, pane), view);
});

test('panning never loses the picture', () => {
  const view = pan(fit(picture, pane), 1e6, -1e6, picture, pane);
  assert.ok(view.x <= pane.width && view.y + picture.height * view.scale >= 0);
});

test('the same place and zoom carry over to a picture of another size', () => {
  const other = { width: 1600, height: 800 };
  const view = zoomAt(fit(picture, pane), 4, { x: 60, y: 90 }, picture, pane);
  const after = carryOver(view, { picture, pane }, { picture: other, pane });
  const before = toWorld(view, { x: 208, y: 158 });
  const now = toWorld(after, { x: 208, y: 158 });
  near(before.x / 800, now.x / 1600);
  near(before.y / 400, now.y / 800);
  near(after.scale, view.scale / 2);
});

test('a padded grid lies outside the picture and hits the right cells', () => {
  // 800×400 centred on an 800×800 square, 8×8 tokens: rows 2..5 are the picture.
  const transform = { scaleX: 0.01, scaleY: 0.01, offsetX: 0, offsetY: 2 };
  assert.deepEqual(gridRect([8, 8], transform), { x: -0, y: -200, width: 800, height: 800 });
  assert.equal(cellAt(toGrid({ x: 799, y: 0 }, transform), [8, 8]), 2 * 8 + 7);
  assert.equal(cellAt(toGrid({ x: 0, y: -201 }, transform), [8, 8]), null);
  assert.equal(cellAt(toGrid({ x: 800, y: 10 }, transform), [8, 8]), null);
});
