/** ViCrop's map and window against those of its authors' own functions (`test/golden/vicrop`). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { attentionMap } from '../../../src-shared/kernels/attention.ts';
import { numpySum, numpySumOf } from '../../../src-shared/kernels/baselines/numpy-sum.ts';
import { GENERAL_QUESTION, relativeMap } from '../../../src-shared/kernels/baselines/relative.ts';
import { searchWindow } from '../../../src-shared/kernels/baselines/search-window.ts';
import { decodeFloat16, encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';

interface Golden {
  readonly facts: { readonly general: string };
  readonly cases: readonly {
    readonly name: string;
    readonly grid: readonly [number, number];
    readonly heads: number;
    readonly question: string;
    readonly general: string;
    readonly map: string;
    readonly windows: readonly {
      readonly size: readonly [number, number];
      readonly side: number;
      readonly map: SourceXyxy;
      readonly rounded: SourceXyxy;
    }[];
  }[];
}

const file = new URL('../../golden/vicrop/vicrop.json.gz', import.meta.url);
const { facts, cases } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Golden;

describe('ViCrop', () => {
  it('[X1] the map is that of the authors’ code', () => {
    for (const { name, grid, heads, question, general, map } of cases) {
      const keys = grid[0] * grid[1];
      const [asked, anyway] = [question, general].map((text) =>
        attentionMap([{ layer: 0, heads: range(heads), rows: 1, keys, data: floats(text) }]),
      ) as [Float32Array, Float32Array];
      const made = relativeMap(asked, anyway);
      const theirs = floats(map);
      made.forEach((value, i) => {
        assert.ok(Math.abs(value - theirs[i]!) <= 1e-6 * theirs[i]!, `${name}, cell ${i}`);
      });
    }
    assert.equal(facts.general, GENERAL_QUESTION);
  });

  it('[X2] nothing to divide by gives the largest number that a map can hold; what is no attention is refused', () => {
    const map = relativeMap(Float32Array.of(0, 0.5, 0.5), Float32Array.of(0, 0, 0.25));
    assert.deepEqual([...map], [0, 65504, 2]);
    for (const bad of [-1, NaN, Infinity]) {
      assert.throws(() => relativeMap(Float32Array.of(bad), Float32Array.of(1)), RangeError);
    }
    assert.throws(() => relativeMap(Float32Array.of(1), Float32Array.of(1, 2)), RangeError);
  });

  it('[X3] [X4] the window is that of the authors’ code, of maps as made and as kept, equal sums included', () => {
    let whole = 0;
    for (const { name, grid, map, windows } of cases) {
      const made = floats(map);
      const kept = decodeFloat16(encodeFloat16(made));
      for (const { size, side, ...theirs } of windows) {
        const what = `${name} of ${size.join('×')}, ${side}`;
        assert.deepEqual(searchWindow(made, grid, size, side), theirs.map, what);
        assert.deepEqual(searchWindow(kept, grid, size, side), theirs.rounded, `${what}, kept`);
        if (String(theirs.map) === `0,0,${size.join()}`) whole++;
      }
    }
    assert.ok(whole > 0 && whole < 40);
  });

  it('[X5] a picture whose cells are larger than the window gets one cell of it at least', () => {
    const map = new Float32Array(16).fill(1);
    map[6] = 2;
    assert.deepEqual(searchWindow(map, [4, 4], [4000, 4000], 100), [2450, 1450, 2550, 1550]);
    assert.throws(() => searchWindow(map, [4, 4], [4000, 4000], 0), RangeError);
    assert.throws(() => searchWindow(map, [4, 5], [40, 40], 8), RangeError);
  });

  it('[X6] sums are added in NumPy’s order', () => {
    // NumPy 2.4.6: numpy.full(n, 0.1, numpy.float32).sum() and of [:, :w] of a table 24 wide.
    const tenths = new Float32Array(600).fill(0.1);
    assert.equal(numpySum(tenths), THEIRS.all);
    assert.equal(numpySumOf(tenths, 24, [0, 0, 24, 25]), THEIRS.all);
    assert.equal(numpySumOf(tenths, 24, [0, 0, 23, 25]), THEIRS.part);
    assert.equal(numpySum(new Float64Array(600).fill(0.1)), THEIRS.double);
  });
});

const THEIRS = { all: 60.00000762939453, part: 57.50000762939453, double: 60 };

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function floats(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(new Uint8Array(bytes).buffer);
}
