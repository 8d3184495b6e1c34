/** A safetensors header is believed only where file, dtype, shape and offsets agree. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSafetensorsHeader } from '../../../src-main/checkpoint/files/safetensors.ts';
import { readTensors } from '../../../src-main/checkpoint/files/tensor-index.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { filled, writeRaw, writeSafetensors } from '../../support/safetensors.ts';

const entry = (shape: number[], data_offsets: [number, number], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets,
});

test('an honest file gives every tensor its range', async (t) => {
  const path = join(temporaryDir(t), 'a.safetensors');
  writeSafetensors(path, {
    b: filled([2, 3], 1),
    a: filled([4], 2),
    scalar: filled([], 3),
    none: filled([0, 5]),
  });
  const tensors = await readSafetensorsHeader(path);
  assert.deepEqual([...tensors.keys()].sort(), ['a', 'b', 'none', 'scalar']);
  const b = tensors.get('b');
  const a = tensors.get('a');
  assert.ok(a && b);
  assert.deepEqual(
    [b.shape, b.length, a.offset - b.offset, tensors.get('scalar')?.length],
    [[2, 3], 24, 24, 4],
  );
});

const lies: Record<string, { header: unknown; bytes: number; length?: bigint }> = {
  'header longer than the file': { header: {}, bytes: 0, length: 1_000_000n },
  'header above the limit': { header: {}, bytes: 0, length: 2n ** 63n },
  'header that is not JSON': { header: '{"a":', bytes: 0 },
  'header that is a list': { header: '[]', bytes: 0 },
  'tensor past the end': { header: { a: entry([4], [0, 16]) }, bytes: 8 },
  'range that contradicts the shape': { header: { a: entry([4], [0, 8]) }, bytes: 8 },
  'shape that overflows': { header: { a: entry([2 ** 31, 2 ** 31, 4], [0, 0]) }, bytes: 0 },
  'negative dimension': { header: { a: entry([-1], [0, 4]) }, bytes: 4 },
  'fractional offset': { header: { a: entry([1], [0.5, 4.5]) }, bytes: 8 },
  'end before begin': { header: { a: entry([1], [4, 0]) }, bytes: 4 },
  'overlapping tensors': { header: { a: entry([2], [0, 8]), b: entry([2], [4, 12]) }, bytes: 12 },
  'a hole': { header: { a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, bytes: 12 },
  'bytes of no tensor': { header: { a: entry([1], [0, 4]) }, bytes: 9 },
  'unknown dtype': { header: { a: entry([1], [0, 4], 'Q4') }, bytes: 4 },
  'malformed entry': { header: { a: { dtype: 'F32' } }, bytes: 4 },
};
for (const [name, { header, bytes, length }] of Object.entries(lies)) {
  test(`refused: ${name}`, async (t) => {
    const path = join(temporaryDir(t), 'lie.safetensors');
    writeRaw(path, header, new Uint8Array(bytes), length);
    await assert.rejects(readSafetensorsHeader(path), { code: 'bad_checkpoint', where: path });
  });
}

test('refused: a file cut anywhere', async (t) => {
  const path = join(temporaryDir(t), 'cut.safetensors');
  writeSafetensors(path, { a: filled([8]) });
  for (const size of [90, 60, 20, 7, 0]) {
    truncateSync(path, size);
    await assert.rejects(readSafetensorsHeader(path), { code: 'bad_checkpoint' });
  }
});

test('a damaged header is refused or still consistent, never believed beyond the file', async (t) => {
  const seed = 7;
  let state = seed;
  const random = (n: number) => (state = (state * 48271) % 2147483647) % n;
  const path = join(temporaryDir(t), 'fuzz.safetensors');
  writeSafetensors(path, { a: filled([3, 2]), b: filled([4]) });
  const honest = readFileSync(path);
  for (let i = 0; i < 300; i++) {
    const bytes = Buffer.from(honest);
    for (let flips = 1 + random(3); flips > 0; flips--) bytes[random(bytes.length - 40)] = random(256);
    writeFileSync(path, bytes);
    try {
      for (const { offset, length } of (await readSafetensorsHeader(path)).values()) {
        assert.ok(offset >= 8 && offset + length <= bytes.length, `seed ${seed} round ${i}`);
      }
    } catch (error) {
      assert.equal(
        (error as { code?: string }).code,
        'bad_checkpoint',
        `seed ${seed} round ${i}: ${String(error)}`,
      );
    }
  }
});

test('shards are joined through the index, and symlinks resolve to the real blobs', async (t) => {
  const dir = temporaryDir(t);
  const snapshot = join(dir, 'snapshots', 'abc');
  mkdirSync(snapshot, { recursive: true });
  mkdirSync(join(dir, 'blobs'));
  const blobs = ['aa', 'bb'].map((name) => join(dir, 'blobs', name));
  writeSafetensors(blobs[0], { one: filled([2]) });
  writeSafetensors(blobs[1], { two: filled([3]) });
  const shards = ['model-1.safetensors', 'model-2.safetensors'];
  shards.forEach((name, i) => symlinkSync(blobs[i], join(snapshot, name)));
  const weight_map: Record<string, string> = { one: shards[0], two: shards[1] };
  const index = join(snapshot, 'model.safetensors.index.json');
  writeFileSync(index, JSON.stringify({ weight_map }));
  const tensors = await readTensors(snapshot);
  assert.equal(tensors.get('two')?.file, blobs[1]);
  assert.deepEqual([...tensors.keys()], ['one', 'two']);

  writeFileSync(index, JSON.stringify({ weight_map: { ...weight_map, three: shards[0] } }));
  await assert.rejects(readTensors(snapshot), { code: 'missing_tensor', message: /three/ });
  writeFileSync(index, JSON.stringify({ weight_map: { one: '../../etc/x.safetensors' } }));
  await assert.rejects(readTensors(snapshot), { code: 'bad_checkpoint', message: /outside/ });
  writeFileSync(index, JSON.stringify({ weight_map }));
  renameSync(blobs[1], join(dir, 'gone'));
  await assert.rejects(readTensors(snapshot), { code: 'bad_checkpoint', message: /model-2/ });
});

test('a folder with only a pickle says that pickles are not opened', async (t) => {
  const dir = temporaryDir(t);
  await assert.rejects(readTensors(dir), { code: 'bad_checkpoint', message: /no model\.safetensors/ });
  writeFileSync(join(dir, 'pytorch_model-00001-of-00002.bin'), 'x');
  await assert.rejects(readTensors(dir), { code: 'unsupported_model', message: /pickle/ });
});
