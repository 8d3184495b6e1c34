import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kept } from '../../../src-renderer/shell/kept.ts';

test('what was not looked for the longest goes first, and everything that goes is handed over once', () => {
  const dropped: string[] = [];
  const kept = new Kept<string>(3, (one) => dropped.push(one));
  for (const key of ['a', 'b', 'c']) kept.set(key, key.toUpperCase());
  assert.ok(kept.keep('a'), 'in sight again');
  kept.set('d', 'D');
  assert.deepEqual(dropped, ['B']);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => kept.get(key)),
    ['A', undefined, 'C', 'D'],
  );
  assert.ok(!kept.keep('b'));
  kept.set('c', 'another');
  assert.deepEqual(dropped, ['B', 'C'], 'what is replaced goes, too');
  assert.equal(kept.size, 3);
  kept.clear();
  assert.deepEqual(dropped.sort(), ['A', 'B', 'C', 'D', 'another'].sort());
  assert.equal(kept.size, 0);
});

test('a missing picture is kept like any other', () => {
  const kept = new Kept<string | null>(1);
  kept.set('a', null);
  assert.ok(kept.keep('a'));
  assert.equal(kept.get('a'), null);
});
