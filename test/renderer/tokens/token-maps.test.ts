import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenView } from '../../../src-shared/contract/inspect.ts';
import { encodeFloat16, float16ToBytes } from '../../../src-shared/kernels/float16.ts';
import { meant, shareOnPicture, tokenMap, tokensTitle } from '../../../src-renderer/tokens/token-maps.ts';

const bytes = (...values: number[]) => new Uint8Array(float16ToBytes(encodeFloat16(values)));
const view: TokenView = {
  predictionId: 1,
  grid: [1, 2],
  transform: { scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0 },
  tokens: [
    { id: 1, text: 'red', role: 'question', used: false, map: bytes(0.25, 0.5) },
    { id: 2, text: 'tag', role: 'question', used: true, map: bytes(0.75, 0) },
    { id: 3, text: 'end', role: 'answer', used: false, map: null },
  ],
  timings: {},
  device: 'cpu',
};

test('pointed at goes before kept, kept before the tokens of the map', () => {
  assert.deepEqual(meant(view, 2, [0]), [2]);
  assert.deepEqual(meant(view, null, [1, 0]), [0, 1]);
  assert.deepEqual(meant(view, null, []), [1]);
});

test('several tokens give their mean, those without a map are left out', () => {
  assert.deepEqual([...tokenMap(view, [0, 1, 2])!.values], [0.5, 0.25]);
  assert.deepEqual([...tokenMap(view, [0])!.values], [0.25, 0.5]);
  assert.deepEqual(tokenMap(view, [0])!.grid, [1, 2]);
  assert.equal(tokenMap(view, [2]), null);
  assert.equal(shareOnPicture(view, 0), 0.75);
  assert.equal(shareOnPicture(view, 2), null);
});

test('a title names a few tokens and counts the rest', () => {
  assert.equal(tokensTitle(view, [0, 1], true), '“red” + “tag”');
  assert.equal(tokensTitle(view, [0, 1, 0, 1], true), '“red” + “tag” + “red” + 1 more');
  assert.equal(tokensTitle(view, [1], false), 'Tokens of the map');
});
