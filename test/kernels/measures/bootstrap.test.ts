import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { pairedDifference } from '../../../src-shared/kernels/measures/bootstrap.ts';

const numbers = z.array(z.number());
const { intervals } = z
  .object({
    intervals: z.array(z.object({ a: numbers, b: numbers, low: z.number(), high: z.number() })),
  })
  .parse(
    JSON.parse(readFileSync(new URL('../../golden/oracle/measures/expected.json', import.meta.url), 'utf8')),
  );

test("[M6] the interval is SciPy's within what other draws move it, and so is the mean", () => {
  for (const { a, b, low, high } of intervals) {
    const found = pairedDifference(a, b, 7, { draws: 20_000 })!;
    const width = high - low;
    assert.ok(Math.abs(found.low - low) < 0.04 * width, `${found.low} for ${low}`);
    assert.ok(Math.abs(found.high - high) < 0.04 * width, `${found.high} for ${high}`);
    const mean = a.reduce((sum, value, i) => sum + value - b[i]!, 0) / a.length;
    assert.ok(Math.abs(found.mean - mean) < 1e-12);
  }
});

test('[M6] the same for a seed, the negative one with both exchanged, a point when all differ alike', () => {
  const { a, b } = intervals[0]!;
  const found = pairedDifference(a, b, 3)!;
  assert.deepEqual(pairedDifference(a, b, 3), found);
  assert.notDeepEqual(pairedDifference(a, b, 4), found);
  const other = pairedDifference(b, a, 3)!;
  assert.ok(Math.abs(other.low + found.high) < 1e-12 && Math.abs(other.high + found.low) < 1e-12);
  const alike = pairedDifference([3, 2, 5], [2, 1, 4], 0)!;
  assert.deepEqual([alike.low, alike.high, alike.wins], [1, 1, [3, 0, 0]]);
  assert.equal(pairedDifference([], [], 0), null);
  assert.deepEqual(pairedDifference([1, 0, 2], [0, 1, 2], 0)!.wins, [1, 1, 1]);
  assert.throws(() => pairedDifference([1], [], 0), RangeError);
  assert.throws(() => pairedDifference([NaN], [1], 0), RangeError);
});

test('[M6] pictures are drawn with all their samples: what is said four times over is no surer', () => {
  const { a, b } = intervals[0]!;
  const alone = pairedDifference(a, b, 3)!;
  const own = pairedDifference(a, b, 3, { pictures: a.map((_, i) => 10 * i) })!;
  assert.deepEqual(own, alone);
  const four = (values: readonly number[]) => values.flatMap((value) => [value, value, value, value]);
  const pictures = four(a.map((_, i) => i));
  const grouped = pairedDifference(four(a), four(b), 3, { pictures })!;
  for (const end of ['mean', 'low', 'high'] as const) assert.ok(Math.abs(grouped[end] - alone[end]) < 1e-12);
  assert.equal(grouped.n, 4 * alone.n);
  const taken = pairedDifference(four(a), four(b), 3)!;
  assert.ok(taken.high - taken.low < 0.7 * (grouped.high - grouped.low));
  assert.throws(() => pairedDifference(a, b, 3, { pictures: [1] }), RangeError);
});
