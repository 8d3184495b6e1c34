import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alikeDetails, alikeWords } from '../../../src-renderer/queue/alike.ts';

const alike = {
  id: 2,
  likeness: 0.7,
  words: 0.625,
  sharedWords: ['valve', 'red'],
  closeness: 0.98,
  overlap: 0.72,
  samePicture: true,
};

test('a tile says what tells most', () => {
  assert.equal(alikeWords(alike), 'same picture · “valve”, “red” · labels overlap 72%');
  const less = { ...alike, samePicture: false, sharedWords: [], overlap: 0 };
  assert.equal(alikeWords(less), 'region near');
  assert.equal(alikeWords({ ...less, closeness: 0.5 }), '63% of the words');
  assert.equal(alikeWords({ ...less, closeness: null, overlap: null, words: 0 }), 'little in common');
});

test('the tooltip says all that was compared', () => {
  assert.deepEqual(alikeDetails(alike).split('\n'), [
    'Question: 62.5% of the words in common, rare ones counting more (valve, red)',
    'Region: labels overlap 72%, place and size agree 98%',
    'The same picture',
  ]);
  assert.match(alikeDetails({ ...alike, overlap: null, closeness: null }), /one of the two has none/);
});
