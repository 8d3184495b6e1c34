import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchRank, search } from '../../../src-renderer/shell/search.ts';

const words = (...all: string[]) => all.map((words) => ({ words }));

test('the beginning beats a word, a word beats the middle, the middle beats scattered letters', () => {
  const ranks = ['brush', 'The brush', 'Airbrush', 'Be ready, ugly shark'].map((text) =>
    matchRank('brush', text),
  );
  assert.deepEqual(
    [...ranks].sort((a, b) => a! - b!),
    ranks,
  );
  assert.equal(new Set(ranks).size, 4);
});

test('a missing letter is no match; case and spaces do not matter', () => {
  assert.equal(matchRank('brushz', 'Brush'), null);
  assert.equal(matchRank('  BRUSH ', 'brush'), 0);
  assert.notEqual(matchRank('acc nx', 'Accept and next'), null);
});

test('an empty query gives everything in its order', () => {
  const items = words('b', 'a', 'c');
  assert.deepEqual(search('', items), items);
});

test('the best answer comes first, equals keep their order', () => {
  const found = search('re', words('Foreground', 'Reject and next', 'Redo'));
  assert.deepEqual(
    found.map((item) => item.words),
    ['Reject and next', 'Redo', 'Foreground'],
  );
});
