import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { heldOutGroups } from '../../../src-main/jobs/training-data/split.ts';

const kind = fc.constantFrom('accepted', 'corrected', 'pseudo');
const some = fc.array(fc.record({ group: fc.integer({ min: 1, max: 30 }), kind }), {
  minLength: 2,
  maxLength: 80,
});
const several = some.filter((samples) => new Set(samples.map(({ group }) => group)).size > 1);

test('both parts have a group, the same for a seed, whatever the order of the samples', () => {
  fc.assert(
    fc.property(
      several,
      fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      fc.nat(),
      (samples, share, seed) => {
        const held = heldOutGroups(samples, share, seed);
        const all = new Set(samples.map(({ group }) => group));
        assert.ok(held.size > 0 && held.size < all.size);
        for (const group of held) assert.ok(all.has(group));
        assert.deepEqual(heldOutGroups(samples.toReversed(), share, seed), held);
      },
    ),
  );
});

test('each kind is held out by its share, and another seed holds out others', () => {
  const samples = Array.from({ length: 1000 }, (_, i) => ({
    group: i + 1,
    kind: i < 100 ? ('corrected' as const) : i < 300 ? ('accepted' as const) : ('pseudo' as const),
  }));
  const held = heldOutGroups(samples, 0.1, 1);
  const of = (wanted: string): number => samples.filter((s) => s.kind === wanted && held.has(s.group)).length;
  assert.deepEqual([of('corrected'), of('accepted'), of('pseudo')], [10, 20, 70]);
  const other = heldOutGroups(samples, 0.1, 2);
  assert.ok([...other].filter((group) => held.has(group)).length < 40);
  // What is added later moves few of the others.
  const more = [
    ...samples,
    ...Array.from({ length: 50 }, (_, i) => ({ group: 2000 + i, kind: 'pseudo' as const })),
  ];
  const later = heldOutGroups(more, 0.1, 1);
  assert.ok([...held].filter((group) => later.has(group)).length > 85);
});

test('a corrected group is held out where there are two, however few they are; one picture alone is refused', () => {
  const few = [
    { group: 1, kind: 'corrected' },
    { group: 2, kind: 'corrected' },
    ...Array.from({ length: 50 }, (_, i) => ({ group: 3 + i, kind: 'pseudo' as const })),
  ] as const;
  for (let seed = 0; seed < 20; seed++) {
    const held = heldOutGroups(few, 0.1, seed);
    assert.equal(Number(held.has(1)) + Number(held.has(2)), 1);
  }
  assert.throws(
    () =>
      heldOutGroups(
        [
          { group: 4, kind: 'corrected' },
          { group: 4, kind: 'pseudo' },
        ],
        0.1,
        0,
      ),
    { code: 'bad_input', message: /all 2 samples .* one picture/ },
  );
  assert.throws(() => heldOutGroups([{ group: 4, kind: 'corrected' }], 0.1, 0), { code: 'bad_input' });
});

test('a group much larger than the share stays with what is learned from', () => {
  const samples = [
    ...Array.from({ length: 100 }, () => ({ group: 1, kind: 'pseudo' as const })),
    ...Array.from({ length: 20 }, (_, i) => ({ group: 2 + i, kind: 'pseudo' as const })),
  ];
  for (let seed = 0; seed < 20; seed++) {
    const held = heldOutGroups(samples, 0.1, seed);
    assert.ok(!held.has(1));
    assert.equal(held.size, 12);
  }
});
