import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { changesWords, countChanges } from '../../../src-renderer/editing/changes.ts';
import { BoxDrag, Polygon, Rectangle, Stroke, type Gesture } from '../../../src-renderer/editing/gestures.ts';
import { BG, FG, IGNORE, type Grid } from '../../../src-shared/kernels/types.ts';

const GRID: Grid = [5, 6];
const REACH = { x: 0.3, y: 0.3 };
const blank = () => new Int8Array(30).fill(BG);
const foreground = (label: Int8Array) => [...label.keys()].filter((at) => label[at] === FG);
const point = fc.record({
  x: fc.double({ min: -1, max: 7, noNaN: true }),
  y: fc.double({ min: -1, max: 6, noNaN: true }),
});

/** Every gesture there is, begun at a point. */
const GESTURES: readonly ((before: Int8Array, at: { x: number; y: number }) => Gesture)[] = [
  (before, at) => new Stroke(before, GRID, at, FG, 2),
  (before, at) => new Rectangle(before, GRID, at, IGNORE),
  (before, at) => new Polygon(before, GRID, at, FG, REACH),
  (before, at) => new BoxDrag(before, GRID, [7, 8, 14], { x: 1, y: 1 }, at),
  (before, at) => new BoxDrag(before, GRID, [7, 8, 14], null, at),
];

test('[E1] a gesture never changes the label it started from', () => {
  const before = blank();
  for (const cell of [7, 8, 14]) before[cell] = FG;
  const kept = before.slice();
  fc.assert(
    fc.property(fc.nat(GESTURES.length - 1), point, fc.array(point, { maxLength: 6 }), (kind, at, way) => {
      const gesture = GESTURES[kind](before, at);
      for (const to of way) {
        gesture.drag(to);
        if (!gesture.lift()) gesture.press(to);
        gesture.hover(at);
      }
      assert.deepEqual(before, kept);
      assert.equal(gesture.before, before);
      assert.equal(gesture.label.length, before.length);
    }),
  );
});

test('a stroke holds everything on its way', () => {
  const stroke = new Stroke(blank(), GRID, { x: 0.5, y: 0.5 }, FG, 1);
  stroke.drag({ x: 3.5, y: 0.5 });
  stroke.drag({ x: 3.5, y: 2.5 });
  assert.deepEqual(foreground(stroke.label), [0, 1, 2, 3, 9, 15]);
  assert.ok(stroke.lift());
});

test('[E2] a rectangle is what lies between its corners now, not where it was on the way', () => {
  const rectangle = new Rectangle(blank(), GRID, { x: 1.5, y: 1.5 }, FG);
  rectangle.drag({ x: 5.5, y: 4.5 });
  rectangle.drag({ x: 0.5, y: 0.5 });
  assert.deepEqual(foreground(rectangle.label), [0, 1, 6, 7]);
  rectangle.drag({ x: 1.5, y: 1.5 });
  assert.deepEqual(foreground(rectangle.label), [7]);
});

test('[E3] a polygon is closed on its first corner, and each corner can be taken back', () => {
  const polygon = new Polygon(blank(), GRID, { x: 0.1, y: 0.1 }, FG, REACH);
  assert.ok(!polygon.lift());
  assert.ok(!polygon.press({ x: 4.9, y: 0.1 }));
  assert.equal(polygon.label, polygon.before, 'two corners enclose nothing');
  assert.ok(!polygon.press({ x: 4.9, y: 2.9 }));
  assert.ok(!polygon.press({ x: 0.1, y: 2.9 }));
  assert.equal(foreground(polygon.label).length, 15);
  assert.ok(polygon.back());
  assert.ok(foreground(polygon.label).length < 15);
  assert.ok(!polygon.press({ x: 0.1, y: 2.9 }));
  assert.ok(polygon.press({ x: 0.2, y: 0.2 }), 'near the first corner');
  assert.equal(foreground(polygon.label).length, 15);
  for (let left = 3; left > 0; left--) assert.ok(polygon.back());
  assert.ok(!polygon.back(), 'nothing is left of it');
});

test('[E3] finishing leaves out where the pointer happens to be', () => {
  const polygon = new Polygon(blank(), GRID, { x: 0, y: 0 }, FG, REACH);
  polygon.press({ x: 2, y: 0 });
  polygon.press({ x: 0, y: 2 });
  const before = foreground(polygon.label);
  polygon.hover({ x: 6, y: 5 });
  assert.notDeepEqual(foreground(polygon.label), before);
  polygon.finish();
  assert.deepEqual(foreground(polygon.label), before);
});

test('[E9] a box that is put back where it was changes nothing', () => {
  const before = blank();
  for (const cell of [7, 8, 14]) before[cell] = FG;
  for (const handle of [{ x: 1, y: 1 } as const, null]) {
    const drag = new BoxDrag(before, GRID, [7, 8, 14], handle, { x: 3, y: 3 });
    drag.drag({ x: 5, y: 5 });
    assert.notDeepEqual(drag.label, before);
    assert.equal(drag.label[drag.anchor], FG);
    drag.drag({ x: 3, y: 3 });
    assert.equal(drag.label, before);
    assert.equal(drag.label[drag.anchor], FG);
  }
});

test('what changed is counted by what tokens became', () => {
  const changes = countChanges(Int8Array.of(0, 1, -100, 0, 1), Int8Array.of(1, 1, 0, -100, 0));
  assert.deepEqual([...changes.mask], [1, 0, 1, 1, 1]);
  assert.equal(changesWords(changes), '4 tokens: 1 to foreground, 2 to background, 1 to ignore');
  assert.equal(changesWords(countChanges(Int8Array.of(0), Int8Array.of(1))), '1 token: 1 to foreground');
  assert.equal(changesWords(countChanges(Int8Array.of(1), Int8Array.of(1))), 'no token changed');
});
