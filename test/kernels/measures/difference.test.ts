import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { resizeBilinear } from '../../../src-shared/kernels/crop-tokens.ts';
import { difference, type PlacedValues } from '../../../src-shared/kernels/measures/difference.ts';
import { cellToSource, nativeTransform, squaredTransform } from '../../../src-shared/kernels/transform.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';
import { seededRandom } from '../../support/random.ts';

const SIZE = [640, 480] as const;

function native(grid: Grid, value: (row: number, col: number) => number): PlacedValues {
  const values = Float32Array.from({ length: grid[0] * grid[1] }, (_, i) =>
    value(Math.floor(i / grid[1]), i % grid[1]),
  );
  return { values, grid, transform: nativeTransform(SIZE, grid) };
}

describe('difference', () => {
  it('[D1] subtracts cell by cell on one grid and keeps NaN', () => {
    const left = native([1, 4], (_, col) => [1, NaN, 0.5, -2][col]!);
    const right = native([1, 4], (_, col) => [0.25, 1, NaN, -3][col]!);
    const { values, grid } = difference(left, right);
    assert.deepEqual([...values], [0.75, NaN, NaN, 1]);
    assert.deepEqual(grid, [1, 4]);
  });

  it('[D2] resamples the coarser map bilinearly to the finer grid, whichever side it is on', () => {
    const random = seededRandom(5);
    const coarse = native([6, 8], random);
    const fine = native([12, 20], random);
    const resized = resizeBilinear(coarse.values, coarse.grid, fine.grid);
    const one = difference(fine, coarse);
    const other = difference(coarse, fine);
    assert.deepEqual(one.grid, fine.grid);
    assert.deepEqual(other.grid, fine.grid);
    for (let i = 0; i < resized.length; i++) {
      assert.ok(Math.abs(one.values[i]! - (fine.values[i]! - resized[i]!)) < 1e-5, `cell ${i}`);
      assert.ok(Math.abs(one.values[i]! + other.values[i]!) < 1e-6, `cell ${i} the other way round`);
    }
  });

  it('[D2] compares the same place of the picture when one map saw a padded square', () => {
    // A ramp over the picture's width is the same ramp on either grid, inside the outermost centres.
    const ramp = (grid: Grid, transform: PlacedValues['transform']): PlacedValues => ({
      values: Float32Array.from({ length: grid[0] * grid[1] }, (_, i) => {
        const [x] = cellToSource(transform, (i % grid[1]) + 0.5, 0);
        return x / SIZE[0];
      }),
      grid,
      transform,
    });
    const squared = ramp([24, 24], squaredTransform(SIZE, [24, 24]));
    const plain = ramp([30, 40], nativeTransform(SIZE, [30, 40]));
    const { values, grid } = difference(squared, plain);
    assert.deepEqual(grid, [30, 40]);
    for (let i = 0; i < values.length; i++) {
      const col = i % 40;
      if (col > 0 && col < 39) assert.ok(Math.abs(values[i]!) < 1e-5, `cell ${i}: ${values[i]}`);
    }
  });

  it('[D3] says nothing where the other map does not reach or has NaN', () => {
    const coarse = native([1, 2], (_, col) => (col === 0 ? 1 : NaN));
    const square = squaredTransform([100, 50], [4, 4]);
    const padded: PlacedValues = { values: new Float32Array(16).fill(1), grid: [4, 4], transform: square };
    const inner: PlacedValues = {
      values: Float32Array.of(1, NaN),
      grid: [1, 2],
      transform: nativeTransform([100, 50], [1, 2]),
    };
    assert.deepEqual(
      [
        ...difference(
          native([1, 4], () => 3),
          coarse,
        ).values,
      ],
      [2, NaN, NaN, NaN],
    );
    assert.deepEqual(
      [...difference(padded, inner).values],
      [...[NaN, NaN, NaN, NaN], ...[0, NaN, NaN, NaN], ...[0, NaN, NaN, NaN], ...[NaN, NaN, NaN, NaN]],
    );
  });

  it('[D2] of a map with itself on any finer grid is nothing where it is constant', () => {
    const side = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(side, side, side, side, (a, b, c, d) => {
        const { values } = difference(
          native([a, b], () => 0.5),
          native([c, d], () => 0.5),
        );
        assert.ok(values.every((value) => value === 0));
      }),
    );
  });

  it('refuses values that do not fit their grid', () => {
    const map = native([2, 2], () => 0);
    assert.throws(() => difference({ ...map, values: new Float32Array(3) }, map), RangeError);
  });
});
