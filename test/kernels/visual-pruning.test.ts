import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { keptVisualTokens } from '../../src-shared/kernels/visual-pruning.ts';

/** Logit of a probability. */
const logit = (p: number): number => Math.log(p / (1 - p));

describe('pruning of visual tokens', () => {
  it('[V1] a token counts by its largest score over the queries', () => {
    // Two queries; the second token is scored by the second query alone, the third by neither.
    const scores = [0, -9, -9, 0, -9, -9];
    assert.deepEqual([...keptVisualTokens(scores, 2, 0.01)], [0, 1]);
  });

  it('[V2] strictly above the threshold stays, in float32', () => {
    assert.deepEqual([...keptVisualTokens([0, 0.001], 1, 0.5)], [1]);
    assert.deepEqual([...keptVisualTokens([logit(0.0101), logit(0.0099)], 1, 0.01)], [0]);
    // float32(0.01) is below 0.01: compared as doubles the token would be above its own threshold or below it.
    assert.deepEqual([...keptVisualTokens([-Infinity, Infinity], 1, Math.fround(0.01))], [1]);
  });

  it('[V3] a higher threshold keeps a subset, more queries keep a superset, order of queries does not matter', () => {
    const cases = fc.record({
      queries: fc.integer({ min: 1, max: 6 }),
      rows: fc.array(
        fc.array(fc.double({ min: -12, max: 12, noNaN: true }), { minLength: 6, maxLength: 6 }),
        {
          minLength: 1,
          maxLength: 30,
        },
      ),
      low: fc.double({ min: 0, max: 1, noNaN: true }),
      high: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ queries, rows, low, high }) => {
        const [below, above] = low < high ? [low, high] : [high, low];
        const flat = (n: number): number[] => rows.flatMap((row) => row.slice(0, n));
        const kept = new Set(keptVisualTokens(flat(queries), queries, below));
        for (const token of keptVisualTokens(flat(queries), queries, above)) assert.ok(kept.has(token));
        const more = new Set(keptVisualTokens(flat(6), 6, below));
        for (const token of kept) assert.ok(more.has(token));
        const turned = rows.flatMap((row) => row.slice(0, queries).reverse());
        assert.deepEqual([...keptVisualTokens(turned, queries, below)], [...kept]);
        assert.deepEqual(
          [...kept],
          [...kept].sort((a, b) => a - b),
        );
      }),
    );
  });

  it('[V4] scores that are no table, or not numbers, are refused', () => {
    assert.throws(() => keptVisualTokens([1, 2, 3], 2, 0.01), RangeError);
    assert.throws(() => keptVisualTokens([1], 0, 0.01), RangeError);
    assert.throws(() => keptVisualTokens([NaN], 1, 0.01), RangeError);
  });
});
