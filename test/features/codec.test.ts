import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import {
  checkFeatures,
  decodeFeatures,
  encodeFeatures,
  featureFileBytes,
} from '../../src-main/features/codec.ts';
import type { FeatureRows } from '../../src-main/features/rows.ts';
import { seeded } from '../support/numbers.ts';

/** A prompt of two words, a picture of 2×3 and three words; rows of very different size, as models have them. */
function example(hiddenSize = 5): FeatureRows {
  const random = seeded(7);
  const length = 11;
  const rows = Float32Array.from({ length: length * hiddenSize }, (_, i) => {
    const row = Math.floor(i / hiddenSize);
    return (random() - 0.5) * 10 ** (row - 5);
  });
  const picture = { width: 640, height: 480, turned: 6 } as const;
  return { rows, length, hiddenSize, visual: [2, 8], grid: [2, 3], picture };
}

test('rows come back within half a step of their largest magnitude, everything else as it was', () => {
  for (const hiddenSize of [5, 8]) {
    const features = example(hiddenSize);
    const bytes = encodeFeatures(features);
    const { rows, ...rest } = decodeFeatures(bytes);
    const { rows: given, ...facts } = features;
    assert.deepEqual(rest, facts);
    for (let row = 0; row < features.length; row++) {
      const [from, to] = [row * hiddenSize, (row + 1) * hiddenSize];
      const most = Math.max(...given.subarray(from, to).map(Math.abs));
      for (let i = from; i < to; i++) {
        assert.ok(
          Math.abs(rows[i]! - given[i]!) <= (0.5001 * most) / 32767,
          `row ${row}: ${given[i]} became ${rows[i]}`,
        );
      }
    }
    assert.ok(
      Math.abs(featureFileBytes(11, hiddenSize) - bytes.length) < 100,
      'the estimate is of this size',
    );
  }
});

test('states beyond float16, zeros and the smallest floats survive', () => {
  const features = example(2);
  const rows = new Float32Array(22);
  rows.set([250_000, -3, 0, 0, 1e-44, -1e-44, 3e38, -3e38]);
  const read = decodeFeatures(encodeFeatures({ ...features, rows })).rows;
  assert.ok(Math.abs(read[0]! / 250_000 - 1) < 1e-6 && Math.abs(read[1]! + 3) < 4);
  assert.deepEqual([...read.subarray(2, 4)], [0, 0]);
  assert.ok(Math.abs(read[4]!) < 1e-43 && Number.isFinite(read[6]!));
});

test('bytes are read wherever they begin', () => {
  const features = example();
  const bytes = encodeFeatures(features);
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  assert.deepEqual(decodeFeatures(shifted.subarray(1)), decodeFeatures(bytes));
});

test('hidden states that are not finite are refused by their row', () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const features = example();
    features.rows[17] = value;
    assert.throws(() => encodeFeatures(features), { code: 'bad_input', message: /row 3 / });
  }
});

/** The bytes with another header and a checksum that fits them. */
function withHeader(edit: (header: Record<string, unknown>) => unknown): Uint8Array {
  const bytes = Buffer.from(encodeFeatures(example()));
  const length = bytes.readUInt32LE(12);
  const header = JSON.parse(bytes.toString('latin1', 16, 16 + length)) as Record<string, unknown>;
  const json = JSON.stringify(edit(header));
  const text = json.padEnd(Math.max(length, 4 * Math.ceil(json.length / 4)));
  const out = Buffer.concat([bytes.subarray(0, 16), Buffer.from(text), bytes.subarray(16 + length)]);
  out.writeUInt32LE(text.length, 12);
  out.writeUInt32LE(crc32(out.subarray(0, -4)), out.length - 4);
  return new Uint8Array(out);
}

test('whatever is no whole file of features is refused in words', () => {
  const bytes = encodeFeatures(example());
  assert.doesNotThrow(() => decodeFeatures(withHeader((header) => header)), 'the helper makes whole files');
  const flipped = (at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
  const cases: readonly [string, Uint8Array, RegExp][] = [
    ['nothing', new Uint8Array(0), /does not begin/],
    ['other bytes', new Uint8Array(4000).fill(7), /does not begin/],
    ['half of it', bytes.subarray(0, bytes.length / 2), /bytes/],
    ['one byte more', Uint8Array.from([...bytes, 0]), /bytes/],
    ['a flipped bit of a value', flipped(bytes.length - 9), /damaged/],
    ['a flipped bit of the checksum', flipped(bytes.length - 1), /damaged/],
    ['another version', flipped(9), /version/],
    ['a header beyond the file', flipped(13), /header/],
    ['a header without a grid', withHeader(({ grid: _, ...rest }) => rest), /header/],
    ['more rows than bytes', withHeader((header) => ({ ...header, length: 12 })), /bytes/],
    ['a length beyond all', withHeader((header) => ({ ...header, length: 2 ** 40 })), /header/],
    [
      'visual tokens that are not the grid’s',
      withHeader((header) => ({ ...header, visual: [2, 9] })),
      /grid/,
    ],
    ['nothing after the picture', withHeader((header) => ({ ...header, visual: [5, 11] })), /follows/],
    ['text for a header', withHeader(() => 'features'), /header/],
  ];
  for (const [what, hostile, words] of cases) {
    for (const read of [decodeFeatures, checkFeatures]) {
      assert.throws(() => read(hostile), { code: 'bad_input', message: words }, what);
    }
  }
});
