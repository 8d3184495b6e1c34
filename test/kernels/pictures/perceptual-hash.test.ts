import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { HASH_SIDE, perceptualHash } from '../../../src-shared/kernels/pictures/perceptual-hash.ts';
import { seeded } from '../../support/numbers.ts';

const expected = z
  .object({ hashes: z.array(z.object({ grey: z.array(z.number()), hash: z.string() })) })
  .parse(
    JSON.parse(readFileSync(new URL('../../golden/oracle/measures/expected.json', import.meta.url), 'utf8')),
  );

test("[P1] bits are those of SciPy's DCT above its median", () => {
  for (const { grey, hash } of expected.hashes) {
    assert.equal(Buffer.from(perceptualHash(grey)).toString('hex'), hash);
  }
});

test('[P1] a plain picture hashes to 0, whatever its grey; what is no picture is refused', () => {
  for (const grey of [0, 1, 127, 255, 0.1]) {
    assert.deepEqual([...perceptualHash(new Float64Array(HASH_SIDE ** 2).fill(grey))], Array(8).fill(0));
  }
  assert.throws(() => perceptualHash(new Uint8Array(1023)), RangeError);
  assert.throws(() => perceptualHash(new Float64Array(1024).fill(NaN)), RangeError);
});

test('[P2] brighter and lighter pictures have the same hash', () => {
  const random = seeded(5);
  const grey = Float64Array.from({ length: HASH_SIDE ** 2 }, () => random() * 255);
  const hash = perceptualHash(grey);
  assert.deepEqual(perceptualHash(grey.map((v) => v * 1.7)), hash);
  assert.deepEqual(perceptualHash(grey.map((v) => v * 0.3 + 40)), hash);
  // And an inverted one has the other bits.
  const inverted = perceptualHash(grey.map((v) => 255 - v));
  assert.deepEqual(
    inverted.map((byte) => byte ^ 0xff),
    hash,
  );
});
