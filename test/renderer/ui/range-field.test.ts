import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rangeOf, textsOf } from '../../../src-renderer/ui/range-field.ts';

test('two texts mean a range in shares', () => {
  assert.deepEqual(rangeOf({ from: '5', to: '10' }), [0.05, 0.1]);
  assert.deepEqual(rangeOf({ from: '', to: '12.5' }), [0, 0.125]);
  assert.deepEqual(rangeOf({ from: '50', to: '' }), [0.5, 2]);
  assert.deepEqual(rangeOf({ from: '50', to: '100' }), [0.5, 2], 'up to 100% takes in 100%');
  assert.deepEqual(rangeOf({ from: '0', to: '' }), [0, 2], 'any sample that has the number');
  assert.equal(rangeOf({ from: ' ', to: '' }), null);
});

test('what is no range is said to be none', () => {
  for (const [from, to] of [
    ['20', '10'],
    ['10', '10'],
    ['x', ''],
    ['', '-5'],
    ['', '120'],
    ['101', ''],
    ['', '0'],
  ] as const)
    assert.equal(rangeOf({ from, to }), 'bad', `${from}–${to}`);
});

test('the texts of a range mean that range', () => {
  const share = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000);
  fc.assert(
    fc.property(share, fc.oneof(share, fc.constant(2)), (low, high) => {
      fc.pre(low < high && high !== 1);
      assert.deepEqual(rangeOf(textsOf([low, high])), [low, high]);
    }),
  );
  assert.deepEqual(textsOf(undefined), { from: '', to: '' });
});
