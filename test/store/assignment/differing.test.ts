/** How far apart reviewers are: what an adjudicator's list is ordered by. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceOf } from '../../../src-main/store/assignment/differing.ts';
import { labelsToBytes } from '../../../src-main/store/bytes.ts';
import { BG, FG, IGNORE } from '../../../src-shared/kernels/types.ts';

const word = (...cells: readonly number[]) => ({ label: labelsToBytes(Int8Array.from(cells)) });
const rejected = { label: null };

test('the mean over every two of 1 − IoU of the foreground', () => {
  const [a, b, c] = [word(FG, FG, BG, BG), word(FG, BG, BG, IGNORE), word(BG, BG, BG, FG)];
  assert.equal(differenceOf([a, a]), 0);
  assert.equal(differenceOf([a, b]), 0.5);
  assert.equal(differenceOf([a, c]), 1);
  // 1/2, 1 and 1.
  assert.ok(Math.abs(differenceOf([a, b, c]) - 2.5 / 3) < 1e-12);
  assert.equal(differenceOf([word(BG, BG), word(BG, IGNORE)]), 0, 'neither holds anything for foreground');
});

test('rejected by one alone is as far apart as it goes, by both not at all; other grids share nothing', () => {
  assert.equal(differenceOf([word(FG, BG), rejected]), 1);
  assert.equal(differenceOf([rejected, rejected]), 0);
  assert.equal(differenceOf([word(FG, BG), word(FG, BG, BG, BG)]), 1);
  assert.equal(differenceOf([word(FG)]), 0);
});
