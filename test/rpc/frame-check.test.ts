/** What a frame claims of itself is checked against what it holds, before anything is decoded. Small claims, small limits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { decodeFrame, encodeFrame } from '../../src-shared/rpc/codec.ts';
import { frameProblem, MAX_VALUES } from '../../src-shared/rpc/frame-check.ts';

const SMALL = { values: 20, depth: 4 };

const bad: readonly [string, number[], RegExp][] = [
  ['an array of three with two items', [0x93, 1, 2], /ends in the middle|more values than it has bytes/],
  ['an array that claims 10 with room for none', [0xdc, 0, 10], /more values than it has bytes/],
  [
    'an array within, which claims more than remains',
    [0x92, 0xdd, 0, 0, 0, 9, 1],
    /more values than it has bytes/,
  ],
  ['a map that claims 8 pairs', [0xde, 0, 8, 1], /more values than it has bytes/],
  ['a small map without its values', [0x82, 0xa1, 97, 1], /ends in the middle|more values/],
  ['a text longer than the frame', [0xd9, 5, 97], /beyond its end/],
  ['a short text longer than the frame', [0xa5, 97], /beyond its end/],
  ['bytes longer than the frame', [0xc4, 9, 1], /beyond its end/],
  ['a length cut off', [0xdb, 0, 0], /ends in the middle/],
  ['a float cut off', [0xcb, 0, 0], /beyond its end/],
  ['an extension type', [0xd6, 0xff, 0, 0, 0, 0], /not used here/],
  ['a byte that means nothing', [0xc1], /not used here/],
  ['two messages', [1, 2], /left over/],
  ['nothing', [], /ends in the middle/],
  ['more values than allowed', [0xdc, 0, 30, ...new Array<number>(30).fill(1)], /more than 20 values/],
  ['deeper than allowed', [0x91, 0x91, 0x91, 0x91, 0x91, 1], /nested more than 4/],
];
for (const [what, bytes, words] of bad) {
  test(`refused before it is decoded: ${what}`, () => {
    assert.match(frameProblem(new Uint8Array(bytes), SMALL) ?? 'nothing', words);
  });
}

test('values count over all levels: many small arrays are as much as a large one', () => {
  const frame = encode([
    [1, 2, 3, 4, 5, 6],
    [1, 2, 3, 4, 5, 6],
    [1, 2, 3, 4, 5, 6],
  ]);
  assert.match(frameProblem(frame, SMALL) ?? '', /more than 20 values/);
  assert.equal(frameProblem(frame, { values: 22, depth: 4 }), null);
});

test('whatever encodes is taken, and its beginning never is', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, false),
      fc.integer(),
      fc.double(),
      fc.string({ maxLength: 70 }),
      fc.uint8Array({ maxLength: 70 }),
      fc.array(tie('any'), { maxLength: 20 }),
      fc.dictionary(fc.string({ minLength: 1 }), tie('any'), { maxKeys: 20 }),
    ),
  })).any;
  fc.assert(
    fc.property(value, fc.nat(), (one, cut) => {
      const frame = encode(one);
      assert.equal(frameProblem(frame), null);
      assert.notEqual(frameProblem(frame.subarray(0, cut % frame.byteLength)), null);
    }),
  );
});

test('bytes that mean nothing never pass the check and then fail to decode for a length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      if (frameProblem(bytes) !== null) return;
      try {
        decode(bytes);
      } catch (error) {
        // Keys that are no texts, broken UTF-8: the decoder's own rules. A length is never what it stumbles over.
        assert.ok(!(error instanceof RangeError), String(error));
      }
    }),
    { numRuns: 3000 },
  );
});

test('a message that the other side would refuse cannot be sent', () => {
  const many = new Array<number>(MAX_VALUES + 1).fill(0);
  assert.throws(() => encodeFrame(many), { code: 'bad_input', message: /more than 500000 values/ });
  assert.throws(() => decodeFrame(new Uint8Array([0xdc, 0, 10])), {
    code: 'bad_input',
    message: /more values/,
  });
  const batch = Array.from({ length: 100_000 }, (_, i) => i);
  assert.deepEqual(decodeFrame(encodeFrame({ ids: batch })), { ids: batch });
});
