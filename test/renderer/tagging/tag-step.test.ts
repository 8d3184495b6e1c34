import assert from 'node:assert/strict';
import { test } from 'node:test';
import { givesTag, tagChoices, withTag } from '../../../src-renderer/tagging/tag-step.ts';

const known = [
  { name: 'night', samples: 12 },
  { name: 'Blurred', samples: 4 },
  { name: 'no light', samples: 2 },
];
const names = (typed: string, has: readonly string[] = []) =>
  tagChoices(typed, known, has).map(({ tag, samples }) => `${tag} ${samples ?? 'new'}`);

test('a few letters find tags by their beginning, then by any part, the most used first, in any case', () => {
  assert.deepEqual(names('n'), ['night 12', 'no light 2', 'n new']);
  assert.deepEqual(names('LIGHT'), ['no light 2', 'LIGHT new']);
  assert.deepEqual(names(' night '), ['night 12'], 'what is there is not offered as a new one');
  assert.deepEqual(names('Night'), ['night 12', 'Night new']);
});

test('without letters the own tags come first, also one that nobody else has', () => {
  assert.deepEqual(names('', ['Blurred', 'rare']), ['rare 1', 'Blurred 4', 'night 12', 'no light 2']);
  assert.deepEqual(
    tagChoices('', known, ['Blurred']).map(({ has }) => has),
    [true, false, false],
  );
  assert.deepEqual(tagChoices('', [], []), []);
});

test('a tag is put on once, in order, and taken off; several samples lose it only when all have it', () => {
  assert.deepEqual(withTag(['b'], 'a', true), ['a', 'b']);
  assert.deepEqual(withTag(['a', 'b'], 'a', true), ['a', 'b']);
  assert.deepEqual(withTag(['a', 'b'], 'a', false), ['b']);
  assert.equal(givesTag([{ tags: ['a'] }, { tags: [] }], 'a'), true);
  assert.equal(givesTag([{ tags: ['a'] }, { tags: ['a', 'b'] }], 'a'), false);
  assert.equal(givesTag([], 'a'), true, 'nothing is known of them');
});
