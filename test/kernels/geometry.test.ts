import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { boxCoverage, iou, rocAuc, truthCells } from '../../src-shared/kernels/measures/metrics.ts';
import {
  cellBoxToSource,
  cellToSource,
  nativeTransform,
  sourceBoxToCells,
  sourceToCell,
  squaredTransform,
} from '../../src-shared/kernels/transform.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';

const side = fc.integer({ min: 1, max: 4000 });

describe('transforms', () => {
  it('[T1] centres the picture, the smaller half of odd padding first', () => {
    assert.deepEqual(squaredTransform([200, 100], [24, 24]), {
      scaleX: 0.12,
      scaleY: 0.12,
      offsetX: 0,
      offsetY: 6,
    });
    assert.deepEqual(squaredTransform([4, 7], [14, 14]), { scaleX: 2, scaleY: 2, offsetX: 2, offsetY: 0 });
    assert.deepEqual(squaredTransform([7, 4], [14, 14]), { scaleX: 2, scaleY: 2, offsetX: 0, offsetY: 2 });
    assert.deepEqual(nativeTransform([200, 100], [10, 20]), {
      scaleX: 0.1,
      scaleY: 0.1,
      offsetX: 0,
      offsetY: 0,
    });
    assert.throws(() => squaredTransform([0, 1], [2, 2]), RangeError);
    assert.throws(() => nativeTransform([1, 1], [2, 0]), RangeError);
  });

  it('[T2] there and back is the identity', () => {
    fc.assert(
      fc.property(side, side, fc.double({ min: -5, max: 30, noNaN: true }), (w, h, at) => {
        for (const t of [squaredTransform([w, h], [24, 24]), nativeTransform([w, h], [12, 33])]) {
          const [col, row] = sourceToCell(t, ...cellToSource(t, at, at / 2));
          assert.ok(Math.abs(col - at) < 1e-9 && Math.abs(row - at / 2) < 1e-9);
        }
      }),
    );
    const t = squaredTransform([200, 100], [24, 24]);
    assert.deepEqual(cellBoxToSource(t, [0, 6, 24, 18]), [0, 0, 200, 100]);
    assert.deepEqual(sourceBoxToCells(t, [0, 0, 200, 100]), [0, 6, 24, 18]);
  });
});

describe('metrics', () => {
  it('[M1] counts pairs, ties half', () => {
    assert.equal(rocAuc([1, 2, 3, 4], [0, 0, 1, 1]), 1);
    assert.equal(rocAuc([4, 3, 2, 1], [0, 0, 1, 1]), 0);
    assert.equal(rocAuc([1, 1, 1], [0, 1, 0]), 0.5);
    assert.equal(rocAuc([1, 2], [1, 1]), null);
    assert.equal(rocAuc([], []), null);
    assert.throws(() => rocAuc([NaN, 1], [0, 1]), RangeError);
    assert.throws(() => rocAuc([1], [0, 1]), RangeError);
    assert.equal(rocAuc([-Infinity, -Infinity, 0], [0, 0, 1]), 1);
  });

  it('[M1] equals the share of pairs in order', () => {
    const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), { maxLength: 30 });
    fc.assert(
      fc.property(points, (list) => {
        const scores = list.map(([s]) => s);
        const truth = list.map(([, t]) => Number(t));
        let pairs = 0;
        let won = 0;
        for (const [a, isTrue] of list) {
          for (const [b, other] of list) {
            if (!isTrue || other) continue;
            pairs++;
            won += a > b ? 1 : a === b ? 0.5 : 0;
          }
        }
        const auc = rocAuc(scores, truth);
        if (pairs === 0) return assert.equal(auc, null);
        assert.ok(Math.abs(auc! - won / pairs) < 1e-12);
        assert.equal(
          rocAuc(
            scores.map((s) => s ** 3),
            truth,
          ),
          auc,
        );
      }),
    );
  });

  it('[M2] IoU is symmetric, 1 with itself, 0 apart', () => {
    const box = fc
      .tuple(fc.nat(50), fc.nat(50), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }))
      .map(([x, y, w, h]) => [x, y, x + w, y + h] as SourceXyxy);
    fc.assert(
      fc.property(box, box, (a, b) => {
        assert.equal(iou(a, b), iou(b, a));
        assert.equal(iou(a, a), 1);
        assert.ok(iou(a, b) >= 0 && iou(a, b) <= 1);
      }),
    );
    assert.equal(iou([0, 0, 2, 2], [1, 0, 3, 2]), 1 / 3);
    assert.equal(iou([0, 0, 1, 1], [1, 0, 2, 1]), 0);
    assert.equal(iou([0, 0, 0, 0], [0, 0, 0, 0]), 0);
  });

  it('[M3] half-covered cells are true; a tiny box stands for the cells it covers most', () => {
    const t = nativeTransform([40, 40], [4, 4]);
    const coverage = boxCoverage([5, 0, 20, 10], [4, 4], t);
    assert.deepEqual([...coverage.subarray(0, 4)], [0.5, 1, 0, 0]);
    assert.deepEqual([...truthCells([[5, 0, 20, 10]], [4, 4], t).subarray(0, 4)], [1, 1, 0, 0]);
    const tiny = truthCells([[12, 12, 14, 14]], [4, 4], t);
    assert.deepEqual([tiny.indexOf(1), tiny.lastIndexOf(1)], [5, 5]);
    assert.ok(truthCells([[100, 100, 120, 120]], [4, 4], t).every((v) => v === 0));
  });
});
