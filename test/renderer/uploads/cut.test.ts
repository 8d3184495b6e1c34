import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cuts } from '../../../src-renderer/uploads/cut.ts';
import { seededRandom } from '../../support/random.ts';

test('every byte of every file goes once, in order; no call is larger, or has more pieces, than allowed', () => {
  const random = seededRandom(7);
  const below = (end: number): number => Math.floor(random() * end);
  for (let round = 0; round < 200; round++) {
    const sizes = Array.from({ length: 1 + below(12) }, () => (below(4) === 0 ? 0 : below(50)));
    const calls = [...cuts(sizes, { bytes: 16, pieces: 3 })];
    const at = sizes.map(() => 0);
    let last = 0;
    for (const call of calls) {
      assert.ok(call.length >= 1 && call.length <= 3);
      assert.ok(call.reduce((sum, { from, to }) => sum + to - from, 0) <= 16);
      for (const { file, from, to } of call) {
        assert.ok(file >= last);
        last = file;
        assert.equal(from, at[file]);
        at[file] = to;
      }
    }
    assert.deepEqual(at, sizes);
    const begun = calls.flat().filter(({ from }) => from === 0);
    assert.deepEqual(new Set(begun.map(({ file }) => file)), new Set(sizes.keys()), 'empty files go, too');
  }
});
