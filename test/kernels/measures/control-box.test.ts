import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { controlBox } from '../../../src-shared/kernels/measures/control-box.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';

/** Every box of that size that fits without touching, found by trying all. */
function places([width, height]: readonly [number, number], [x0, y0, x1, y1]: SourceXyxy): string[] {
  const found: string[] = [];
  const [w, h] = [x1 - x0, y1 - y0];
  for (let y = 0; y + h <= height; y++) {
    for (let x = 0; x + w <= width; x++) {
      if (x >= x1 || x + w <= x0 || y >= y1 || y + h <= y0) found.push([x, y, x + w, y + h].join());
    }
  }
  return found.sort();
}

const picture = fc
  .record({ width: fc.integer({ min: 1, max: 14 }), height: fc.integer({ min: 1, max: 14 }) })
  .chain(({ width, height }) =>
    fc.record({
      size: fc.constant([width, height] as const),
      corner: fc.tuple(fc.integer({ min: 0, max: width - 1 }), fc.integer({ min: 0, max: height - 1 })),
      far: fc.tuple(fc.integer({ min: 1, max: width }), fc.integer({ min: 1, max: height })),
    }),
  );

describe('control box', () => {
  it('[C1] gives every box of equal size that does not touch, each for an equal share, and no other', () => {
    fc.assert(
      fc.property(picture, ({ size, corner: [x0, y0], far: [x, y] }) => {
        const box = [x0, y0, Math.max(x0 + 1, x), Math.max(y0 + 1, y)] as const;
        const all = places(size, box);
        const drawn = all.map((_, i) => controlBox(size, box, (i + 0.5) / all.length)?.join());
        assert.deepEqual(drawn.sort(), all);
        if (all.length === 0) assert.equal(controlBox(size, box, 0), null);
      }),
    );
  });

  it('[C2] refuses a box that is none and a share that is none', () => {
    for (const box of [
      [0, 0, 0, 1],
      [0, 0, 5, 1],
      [-1, 0, 1, 1],
      [0, 0, 1.5, 1],
    ] as const) {
      assert.throws(() => controlBox([4, 4], box, 0), RangeError);
    }
    for (const share of [-0.1, 1, NaN]) {
      assert.throws(() => controlBox([4, 4], [0, 0, 1, 1], share), RangeError);
    }
  });
});
