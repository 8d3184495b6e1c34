import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelCounts } from '../../../src-renderer/editing/label-counts.ts';
import { withChunk } from '../../../src-renderer/recipe/preview.ts';

const chunk = {
  samples: 10,
  reviewed: 3,
  candidates: 6,
  looked: 3,
  labelChanged: 2,
  newlyDropped: 1,
  newlyKept: 0,
  fgNow: 0.2,
  fgThen: 0.4,
  failed: 1,
  next: 4 as number | null,
};

test('chunks add up, and the mean is over the samples that could be looked at', () => {
  const first = withChunk(null, chunk);
  assert.equal(first.fgNow, 0.1);
  assert.equal(first.whole, false);
  assert.equal(first.others, 1);
  const all = withChunk(first, { ...chunk, fgNow: 0.4, fgThen: 0, failed: 0, next: null });
  assert.deepEqual(
    [all.looked, all.labelChanged, all.newlyDropped, all.newlyKept, all.failed, all.whole],
    [6, 4, 2, 0, 1, true],
  );
  assert.ok(Math.abs(all.fgNow - 0.6 / 5) < 1e-12);
  assert.ok(Math.abs(all.fgThen - 0.4 / 5) < 1e-12);
});

test('a scope without usable samples has a mean of zero', () => {
  assert.equal(withChunk(null, { ...chunk, looked: 1, failed: 1, fgNow: 0, next: null }).fgNow, 0);
});

test('a label is counted in shares of the grid, as values or as bytes', () => {
  const label = Int8Array.of(1, 0, -100, -100);
  const shares = { fg: 0.25, bg: 0.25, ignore: 0.5 };
  assert.deepEqual(labelCounts(label), shares);
  assert.deepEqual(labelCounts(new Uint8Array(label.buffer)), shares);
});
