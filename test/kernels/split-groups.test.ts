import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitGroups } from '../../src-shared/kernels/split-groups.ts';

test('shares hold in the whole and in every stratum, as nearly as whole groups allow', () => {
  const group = fc.record({
    size: fc.integer({ min: 1, max: 4 }),
    stratum: fc.constantFrom('a', 'b', 'c'),
  });
  fc.assert(
    fc.property(fc.array(group, { minLength: 60, maxLength: 200 }), fc.integer(), (groups, seed) => {
      const shares = [8, 1, 1];
      const given = splitGroups(groups, shares, seed);
      for (const stratum of ['a', 'b', 'c', null]) {
        const sizes = [0, 0, 0];
        groups.forEach((one, i) => {
          if (stratum === null || one.stratum === stratum) sizes[given[i]!]! += one.size;
        });
        const all = sizes.reduce((sum, size) => sum + size, 0);
        sizes.forEach((size, i) => {
          assert.ok(Math.abs(size - (shares[i]! / 10) * all) <= 12, `${stratum}: ${sizes.join()}`);
        });
      }
    }),
  );
});

test('the same seed deals alike, another one otherwise; a share of nothing gets nothing', () => {
  const groups = Array.from({ length: 50 }, () => ({ size: 1, stratum: '' }));
  assert.deepEqual(splitGroups(groups, [1, 1], 7), splitGroups(groups, [1, 1], 7));
  assert.notDeepEqual(splitGroups(groups, [1, 1], 7), splitGroups(groups, [1, 1], 8));
  assert.ok(splitGroups(groups, [1, 0], 7).every((split) => split === 0));
  assert.throws(() => splitGroups(groups, [0, 0], 7), RangeError);
});
