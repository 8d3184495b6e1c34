import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  embed,
  EMBEDDING_SIZE,
  pooled,
  projected,
  quantised,
} from '../../../src-shared/kernels/embeddings/embed.ts';
import { LEAST_THRESHOLD, nearGroups } from '../../../src-shared/kernels/embeddings/near-groups.ts';
import { alongAxes, principalAxes } from '../../../src-shared/kernels/embeddings/principal.ts';
import {
  centred,
  CENTRED_FROM,
  directions,
  similarities,
  similarity,
  type EmbeddingSet,
} from '../../../src-shared/kernels/embeddings/similarity.ts';
import { seeded } from '../../support/numbers.ts';

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function features(tokens: number, d: number, random: () => number): Float32Array {
  return Float32Array.from({ length: tokens * d }, () => normal(random));
}

/** Embeddings in clusters, about something that all have in common. */
function clustered(count: number, seed: number, spread = 0.1): EmbeddingSet {
  const random = seeded(seed);
  const common = Float64Array.from({ length: EMBEDDING_SIZE }, () => 4 * normal(random));
  const middles: Float64Array[] = [];
  const made = Array.from({ length: count }, () => {
    const known = middles.length > 0 && random() < 0.7;
    const middle = known
      ? middles[Math.floor(random() * middles.length)]!
      : common.map((value) => value + normal(random));
    if (!known) middles.push(middle);
    return quantised(middle.map((value) => value + spread * random() * normal(random)))!;
  });
  const data = new Int8Array(count * EMBEDDING_SIZE);
  for (const [at, one] of made.entries()) data.set(one.data, at * EMBEDDING_SIZE);
  return { count, data, scales: Float32Array.from(made, ({ scale }) => scale) };
}

/** Cosines from the mean, each number in float64. */
function oracle({ count, data, scales }: EmbeddingSet): number[][] {
  const rows = Array.from({ length: count }, (_, row) =>
    Array.from({ length: EMBEDDING_SIZE }, (_, i) => scales[row]! * data[row * EMBEDDING_SIZE + i]!),
  );
  const mean = Array.from({ length: EMBEDDING_SIZE }, (_, i) =>
    count < CENTRED_FROM ? 0 : rows.reduce((sum, row) => sum + row[i]!, 0) / count,
  );
  const from = rows.map((row) => row.map((value, i) => value - mean[i]!));
  const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  return from.map((a) => from.map((b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))));
}

test('[V1] an embedding is the same for the same features, whatever their scale, and null where nothing stands for a picture', () => {
  const random = seeded(1);
  for (const d of [3, EMBEDDING_SIZE, 200]) {
    const some = features(6, d, random);
    const one = embed(some, d)!;
    assert.equal(one.data.length, EMBEDDING_SIZE);
    assert.equal(Math.max(...one.data.map(Math.abs)), 127);
    assert.deepEqual(embed(some, d), one);
    const larger = embed(
      some.map((value) => 4 * value),
      d,
    )!;
    assert.deepEqual(larger.data, one.data);
    assert.equal(larger.scale, 4 * one.scale);
  }
  assert.equal(embed(new Float32Array(8), 4), null);
  assert.equal(embed(Float32Array.of(1, NaN), 2), null);
  assert.equal(embed(Float32Array.of(1, Infinity), 2), null);
  assert.throws(() => embed(new Float32Array(7), 4), RangeError);
  assert.throws(() => embed(new Float32Array(0), 4), RangeError);
});

const GOLDEN = [-6, 53, 37, -21, 0, -28, -59, -40, 7, 0, 61, -21];
const GOLDEN_SCALE = 0.0038519594818353653;

test('[V1] the projection is one fixed matrix: these bytes were made once and never change', () => {
  const ramp = Float32Array.from({ length: 2 * 160 }, (_, i) => ((i * 37) % 101) / 101 - 0.5);
  const { scale, data } = embed(ramp, 160)!;
  assert.deepEqual([...data.subarray(0, 12)], GOLDEN);
  assert.ok(Math.abs(scale - GOLDEN_SCALE) < 1e-7, String(scale));
});

test('[V1] few numbers are kept as they are, more are the sums by sign ÷ √128', () => {
  assert.deepEqual([...projected(Float64Array.of(3, -1)).subarray(0, 3)], [3, -1, 0]);
  const unit = new Float64Array(200);
  unit[150] = 1;
  const column = projected(unit);
  for (const value of column) assert.ok(Math.abs(Math.abs(value) - 1 / Math.sqrt(128)) < 1e-12);
  // Linear: the column of a sum is the sum of the columns.
  const other = new Float64Array(200);
  other[3] = -2;
  const both = projected(unit.map((value, i) => value + other[i]!));
  projected(other).forEach((value, i) => assert.ok(Math.abs(both[i]! - value - column[i]!) < 1e-12));
});

test('[V2] cosines stay about what they are in all numbers, the more the nearer they are to 1', () => {
  const random = seeded(2);
  const d = 512;
  const cosine = (a: Float64Array, b: Float64Array): number => {
    let [ab, aa, bb] = [0, 0, 0];
    a.forEach((value, i) => ((ab += value * b[i]!), (aa += value ** 2), (bb += b[i]! ** 2)));
    return ab / Math.sqrt(aa * bb);
  };
  const numbers = ({ scale, data }: { scale: number; data: Int8Array }): Float64Array =>
    Float64Array.from(data, (value) => value * scale);
  for (const share of [0, 0.5, 0.9, 0.99]) {
    const errors: number[] = [];
    let bound = 0;
    for (let trial = 0; trial < 60; trial++) {
      const a = pooled(features(1, d, random), d);
      const c = pooled(features(1, d, random), d);
      const b = a.map((value, i) => share * value + Math.sqrt(1 - share ** 2) * c[i]!);
      const truth = cosine(a, b);
      bound = (1 - share ** 2) / Math.sqrt(EMBEDDING_SIZE);
      errors.push(cosine(numbers(quantised(projected(a))!), numbers(quantised(projected(b))!)) - truth);
    }
    const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    assert.ok(deviation < 1.5 * bound + 0.002, `${share}: ${deviation} beside ${bound}`);
  }
});

test('[V3] similarities are those of double precision, the same both ways, and 1 of a row and itself', () => {
  for (const count of [2, CENTRED_FROM - 1, CENTRED_FROM, 150]) {
    const set = clustered(count, count);
    const known = oracle(set);
    const all = centred(set);
    for (let a = 0; a < count; a++) {
      const found = similarities(all, a);
      for (let b = 0; b < count; b++) {
        assert.ok(Math.abs(found[b]! - known[a]![b]!) < 1e-6, `${count}: ${a}, ${b}`);
        assert.equal(similarity(all, a, b), similarity(all, b, a));
      }
      assert.ok(Math.abs(found[a]! - 1) < 1e-6);
    }
  }
});

test('[V3] pictures that are all the same are alike, and unlike none; one that is the middle itself is like its equals only', () => {
  const one = clustered(1, 9);
  const count = CENTRED_FROM + 3;
  const data = new Int8Array(count * EMBEDDING_SIZE);
  for (let row = 0; row < count; row++) data.set(one.data, row * EMBEDDING_SIZE);
  const same = centred({ count, data, scales: new Float32Array(count).fill(one.scales[0]!) });
  assert.equal(similarity(same, 0, count - 1), 1);
  assert.deepEqual([...new Set(nearGroups(same, 1).groups)], [0]);
  // Opposite pairs about the first row, which is their middle.
  const odd = new Int8Array(count * EMBEDDING_SIZE);
  for (let row = 1; row + 1 < count; row += 2) {
    odd[row * EMBEDDING_SIZE + (row % 100)] = 100;
    odd[(row + 1) * EMBEDDING_SIZE + (row % 100)] = -100;
  }
  const middle = centred({ count, data: odd, scales: new Float32Array(count).fill(0.5) });
  assert.equal(similarity(middle, 0, 0), 1);
  assert.equal(similarity(middle, 0, 1), 0);
  assert.equal(Math.round(similarity(middle, 1, 2) * 1e6), -1e6);
});

test('[V4] groups and nearest similarities are those of comparing each with each', () => {
  for (const [seed, threshold, floor, spread] of [
    [1, 0.9, 0.9, 0.3],
    [2, 0.97, 0.8, 0.2],
    [3, 0.6, LEAST_THRESHOLD, 0.6],
    [4, 0.99, 0.9, 0.05],
  ] as const) {
    const set = centred(clustered(140, seed, spread));
    const { groups, nearest } = nearGroups(set, threshold, floor);
    const expected = Int32Array.from({ length: set.count }, (_, i) => i);
    for (let changed = true; changed;) {
      changed = false;
      for (let a = 0; a < set.count; a++) {
        for (let b = 0; b < a; b++) {
          if (expected[a] === expected[b] || similarity(set, a, b) < threshold) continue;
          expected[a] = expected[b] = Math.min(expected[a]!, expected[b]!);
          changed = true;
        }
      }
    }
    assert.deepEqual(groups, expected, `seed ${seed}`);
    assert.ok(new Set(expected).size < set.count, 'something is grouped');
    for (let a = 0; a < set.count; a++) {
      let most = -1;
      for (let b = 0; b < set.count; b++) if (b !== a) most = Math.max(most, similarity(set, a, b));
      if (most < floor) assert.ok(Number.isNaN(nearest[a]));
      else assert.ok(Math.abs(nearest[a]! - most) < 2e-4, `${nearest[a]} and ${most}`);
    }
  }
});

test('[V4] a search can be ended between rows; thresholds out of order are refused', () => {
  const set = centred(clustered(40, 5));
  const stop = new Error('stop');
  assert.throws(
    () =>
      nearGroups(set, 0.9, 0.9, () => {
        throw stop;
      }),
    stop,
  );
  for (const [threshold, floor] of [
    [0.8, 0.9],
    [1.1, 0.9],
    [0.9, 0.4],
    [NaN, NaN],
  ] as const)
    assert.throws(() => nearGroups(set, threshold, floor), RangeError);
  const none = centred({ count: 0, data: new Int8Array(0), scales: new Float32Array(0) });
  assert.equal(nearGroups(none, 0.9).groups.length, 0);
});

test('[V5] principal axes are orthonormal and in order, their variances add up, and the rows lie along them', () => {
  const random = seeded(6);
  const [count, d] = [80, 7];
  const rows = Float32Array.from({ length: count * d }, (_, i) => normal(random) * (1 + (i % d)) + (i % 3));
  const found = principalAxes(rows, d);
  const { axes, variances, mean } = found;
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      let product = 0;
      for (let i = 0; i < d; i++) product += axes[a * d + i]! * axes[b * d + i]!;
      assert.ok(Math.abs(product - (a === b ? 1 : 0)) < 1e-10);
    }
    if (a > 0) assert.ok(variances[a - 1]! >= variances[a]!);
    const axis = [...axes.subarray(a * d, (a + 1) * d)];
    assert.ok(axis.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most)) > 0);
  }
  let whole = 0;
  for (let at = 0; at < rows.length; at++) whole += (rows[at]! - mean[at % d]!) ** 2 / count;
  assert.ok(Math.abs(variances.reduce((sum, value) => sum + value, 0) - whole) < 1e-9 * whole);
  const turned = alongAxes(rows, found, d);
  for (let k = 0; k < d; k++) {
    let square = 0;
    for (let row = 0; row < count; row++) square += turned[row * d + k]! ** 2 / count;
    assert.ok(Math.abs(square - variances[k]!) < 1e-4 * (1 + variances[k]!));
  }
  assert.deepEqual(principalAxes(rows, d), found);
  assert.throws(() => principalAxes(new Float32Array(0), 3), RangeError);
});

test('[V3] directions are of length 1, and their products are the similarities', () => {
  const set = centred(clustered(50, 7));
  const rows = directions(set);
  let product = 0;
  for (let i = 0; i < EMBEDDING_SIZE; i++) product += rows[i]! * rows[EMBEDDING_SIZE + i]!;
  assert.ok(Math.abs(product - similarity(set, 0, 1)) < 1e-5);
});
