/** S², AttWarp, the spectral residual, packed and control crops; where others wrote the code, against theirs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  attentionWeights,
  warped,
  warpPlaces,
} from '../../../src-shared/kernels/baselines/attention-warp.ts';
import { centredBox, randomBox, shareOf } from '../../../src-shared/kernels/baselines/control-crop.ts';
import { packBoxes } from '../../../src-shared/kernels/baselines/pack-boxes.ts';
import { spectralResidual } from '../../../src-shared/kernels/baselines/spectral-residual.ts';
import {
  halved,
  joinedScales,
  meanOfScales,
  squares,
} from '../../../src-shared/kernels/baselines/two-scales.ts';
import { seeded } from '../../../src-shared/kernels/seeded.ts';
import { regionsByRule } from '../../../src-shared/kernels/roi/regions.ts';
import type { Grid, SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { resize } from '../../../src-main/checkpoint/image/resample.ts';

describe('S²', () => {
  interface Case {
    readonly patch: number;
    readonly cells: number;
    readonly pixels: string;
    readonly halved: string;
    readonly features: string;
  }
  const cases = golden<Case[]>('two-scales/two_scales.json.gz');

  it('[S1] [S2] both scales side by side are what the authors’ code gives', () => {
    for (const { patch, cells, ...stored } of cases) {
      const side = 2 * cells * patch;
      const pixels = floats(stored.pixels);
      const small = halved(pixels, side);
      close(small, floats(stored.halved), 1e-6);
      const model = (square: Float32Array) => meanSquares(square, cells, patch);
      const parts = squares(pixels, side).map(model);
      close(joinedScales(model(small), parts, [cells, cells]), floats(stored.features), 1e-6);
    }
  });

  it('[S3] their mean is that of the base and of the larger scale’s four tokens', () => {
    const base = Float32Array.of(1, 10, 2, 20);
    const part = (n: number) => Float32Array.of(n, 10 * n, n, 10 * n);
    const joined = joinedScales(base, [3, 5, 7, 9].map(part), [1, 2]);
    assert.deepEqual([...joined], [1, 10, 5, 50, 2, 20, 7, 70]);
    assert.deepEqual([...meanOfScales(joined, 2)], [3, 30, 4.5, 45]);
  });

  it('[S4] pictures and features of other sizes are refused', () => {
    assert.throws(() => halved(new Float32Array(27), 3), RangeError);
    assert.throws(() => squares(new Float32Array(12), 4), RangeError);
    assert.throws(() => joinedScales(new Float32Array(4), [new Float32Array(4)], [2, 2]), RangeError);
  });
});

describe('AttWarp', () => {
  interface Case {
    readonly grid: Grid;
    readonly size: readonly [number, number];
    readonly attention: string;
    readonly weights: string;
    readonly large: string;
    readonly picture: string;
    readonly warped: string;
  }
  const cases = golden<Case[]>('warp/warp.json.gz');

  it('[W1] weights are those of the authors’ code', () => {
    let off = 0;
    let all = 0;
    for (const { grid, attention, weights } of cases) {
      const made = attentionWeights(floats(attention), grid);
      bytes(weights).forEach((weight, i) => {
        const by = Math.abs(weight - made[i]!);
        // A sum of float32 on the edge between two whole numbers.
        assert.ok(by <= 1);
        off += by;
        all++;
      });
    }
    assert.ok(off <= all / 200, `${off} of ${all}`);
  });

  it('[W2] they become pixels by Pillow’s Lanczos', () => {
    for (const { grid, size, weights, large } of cases) {
      const data = Uint8Array.from(bytes(weights).flatMap((v) => [v, v, v]));
      const made = resize({ width: grid[1], height: grid[0], data }, ...size, 'lanczos');
      assert.deepEqual(
        bytes(large),
        [...made].filter((_, i) => i % 3 === 0),
      );
    }
  });

  it('[W3] [W4] the warped picture is that of the authors’ code', () => {
    for (const { size, large, picture, warped: theirs } of cases) {
      const places = warpPlaces(Uint8Array.from(bytes(large)), size);
      const made = warped(Uint8Array.from(bytes(picture)), size, places);
      const off = bytes(theirs).filter((value, i) => value !== made[i]).length;
      assert.equal(off, 0, `${off} of ${made.length} differ at ${size.join('×')}`);
    }
  });

  it('[W5] equal weights change nothing; what is looked at gets more room', () => {
    const size = [6, 5] as const;
    const flat = warpPlaces(attentionWeights(new Float32Array(30).fill(0.2), [5, 6]), size);
    assert.deepEqual(
      [[...flat.x].map(Math.round), [...flat.y].map(Math.round)],
      [
        [0, 1, 2, 3, 4, 5],
        [0, 1, 2, 3, 4],
      ],
    );
    const weights = new Uint8Array(30).fill(10);
    for (let row = 0; row < 5; row++) weights[row * 6 + 2] = 250;
    const { x } = warpPlaces(weights, size);
    assert.ok([...x].filter((place) => place >= 2 && place < 3).length >= 4);
    assert.throws(() => warpPlaces(weights, [6, 6]), RangeError);
  });
});

describe('Spectral residual', () => {
  it('[Y1] is NumPy’s of the paper’s formula', () => {
    for (const { grey, map } of golden<{ grey: string; map: string }[]>('saliency/saliency.json.gz')) {
      close(spectralResidual(bytes(grey)), floats(map), 1e-6);
    }
  });

  it('[Y2] what stands out is found', () => {
    const random = seeded(4);
    const grey = new Float32Array(64 * 64).map(() => 100 + 20 * random());
    for (let y = 38; y < 44; y++) grey.fill(250, y * 64 + 10, y * 64 + 16);
    const map = spectralResidual(grey);
    const at = map.indexOf(map.reduce((a, b) => Math.max(a, b)));
    assert.ok(Math.abs((at % 64) - 12.5) <= 4 && Math.abs(Math.floor(at / 64) - 40.5) <= 4, String(at));
    assert.throws(() => spectralResidual(new Float32Array(63 * 64)), RangeError);
  });
});

describe('Crops without a question', () => {
  it('[Z1] a control has the size it is given, lies inside, and is the same for a seed', () => {
    assert.deepEqual(shareOf([200, 100], 0.25), [100, 50]);
    assert.deepEqual(centredBox([200, 100], [101, 50]), [50, 25, 151, 75]);
    assert.deepEqual(centredBox([20, 10], [400, 4]), [0, 3, 20, 7]);
    const boxes = Array.from({ length: 50 }, (_, seed) => randomBox([200, 100], [60, 40], seed));
    for (const [x0, y0, x1, y1] of boxes) {
      assert.deepEqual([x1 - x0, y1 - y0], [60, 40]);
      assert.ok(x0 >= 0 && y0 >= 0 && x1 <= 200 && y1 <= 100);
    }
    assert.ok(new Set(boxes.map(String)).size > 45);
    assert.deepEqual(randomBox([200, 100], [60, 40], 7), boxes[7]);
    for (const bad of [0, -1, 1.01, NaN]) assert.throws(() => shareOf([2, 2], bad), RangeError);
  });

  it('[Z2] packed regions keep their size and share no pixel', () => {
    const boxes: SourceXyxy[] = [
      [0, 0, 30, 10],
      [5, 5, 25, 60],
      [100, 0, 140, 40],
      [0, 90, 7, 97],
      [50, 50, 90, 62],
    ];
    const { width, height, places } = packBoxes(boxes);
    const laid = places.map(([x, y], i): SourceXyxy => {
      const [x0, y0, x1, y1] = boxes[i]!;
      return [x, y, x + x1 - x0, y + y1 - y0];
    });
    laid.forEach((a, i) => {
      assert.ok(a[2] <= width && a[3] <= height);
      for (const b of laid.slice(0, i)) {
        assert.ok(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1]);
      }
    });
    assert.ok(Math.max(width, height) < 2.5 * Math.min(width, height));
    assert.deepEqual(packBoxes([[3, 4, 13, 24]]), { width: 10, height: 20, places: [[0, 0]] });
    assert.throws(() => packBoxes([]), RangeError);
    assert.throws(() => packBoxes([[3, 4, 3, 24]]), RangeError);
  });

  it('[Z3] regions are all components of two cells or more, the strongest first', () => {
    const map = new Float32Array(100).fill(-9);
    for (const cell of [11, 12, 13, 21, 22, 23, 31, 32, 33]) map[cell] = 3;
    for (const cell of [66, 67, 68, 76, 77, 78, 86, 87, 88]) map[cell] = 9;
    const rule = { variant: 'llava', form: 'mask', threshold: 0.6 } as const;
    assert.deepEqual(regionsByRule(map, 'rpn', [10, 10], rule), [
      [6, 6, 9, 9],
      [1, 1, 4, 4],
    ]);
    assert.deepEqual(regionsByRule(map, 'rpn', [10, 10], { ...rule, threshold: 0.9999 }), []);
  });
});

function golden<T>(file: string): T {
  return JSON.parse(
    gunzipSync(readFileSync(new URL(`../../golden/${file}`, import.meta.url))).toString(),
  ) as T;
}

function bytes(text: string): number[] {
  return [...Buffer.from(text, 'base64')];
}

function floats(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}

/** Within `tolerance` of the largest value. */
function close(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  const largest = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]!) <= tolerance * largest, `${i}: ${value}, ${expected[i]}`);
  });
}

/** What the golden's script calls a model: the mean square of each channel over patches. */
function meanSquares(square: Float32Array, cells: number, patch: number): Float32Array {
  const side = cells * patch;
  return Float32Array.from({ length: cells * cells * 3 }, (_, i) => {
    const [token, channel] = [Math.floor(i / 3), i % 3];
    const [row, column] = [Math.floor(token / cells), token % cells];
    let sum = 0;
    for (let y = row * patch; y < (row + 1) * patch; y++) {
      for (let x = column * patch; x < (column + 1) * patch; x++) {
        sum += square[(channel * side + y) * side + x]! ** 2;
      }
    }
    return sum / patch ** 2;
  });
}
