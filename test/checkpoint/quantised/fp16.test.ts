/** The fp16 cache: the machinery of the int4 one (cache.test.ts) with another form of weights. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { memoryEstimate } from '../../../src-main/checkpoint/memory.ts';
import { openModel } from '../../../src-main/checkpoint/open.ts';
import {
  cacheState,
  openQuantised,
  removeQuantised,
  storedAsHalves,
} from '../../../src-main/checkpoint/quantised/index.ts';
import { readSafetensorsHeader } from '../../../src-main/checkpoint/files/safetensors.ts';
import { toFloat16 } from '../../../src-shared/kernels/float16.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { randomWeights, tinyConfig } from '../../support/random-checkpoint.ts';
import { singlePrecisionDemo } from '../../support/single-precision.ts';

const CHILD = join(import.meta.dirname, '../../support/quantise-child.ts');
const form = 'fp16';
const DEMO = await singlePrecisionDemo();
const demo = await openModel(DEMO);

test('linear layers are float16, the rest float32, and the table stays; it is found again', async (t) => {
  const folder = temporaryDir(t);
  const weights = await openQuantised(demo, { folder, form });
  const tensors = await readSafetensorsHeader(weights.file);
  const name = 'model.layers.3.mlp.up_proj.weight';
  const half = tensors.get(name);
  assert.deepEqual([half?.dtype, half?.shape], ['F16', [384, 128]]);
  assert.equal(weights.get(name)?.file, weights.file);
  assert.equal(weights.quantised(name), undefined);
  assert.equal(weights.get('model.norm.weight')?.dtype, 'F32');
  assert.match(weights.get('model.embed_tokens.weight')?.file ?? '', /model\.safetensors$/);
  const stored = demo.weights.get(name);
  assert.ok(stored && half);
  const own = readFileSync(stored.file);
  const file = readFileSync(weights.file);
  for (const i of [0, 1, 500, 384 * 128 - 1]) {
    const original = own.readFloatLE(stored.offset + 4 * i);
    assert.equal(file.readUInt16LE(half.offset + 2 * i), toFloat16(original));
  }
  assert.equal((await openQuantised(demo, { folder, form })).written, false);
});

test('it lies beside the int4 one, says where, and goes alone or with it', async (t) => {
  const folder = temporaryDir(t);
  const before = await cacheState(demo, form, folder);
  assert.equal(before.present, false);
  const { file, bytes } = await openQuantised(demo, { folder, form });
  assert.deepEqual(await cacheState(demo, form, folder), { file, bytes, present: true });
  await openQuantised(demo, { folder });
  assert.equal(await removeQuantised(demo, folder, ['fp16']), true);
  assert.deepEqual(
    readdirSync(folder).map((name) => name.replace(/^.*?\./, '')),
    ['int4.safetensors', 'int4.safetensors.verified'],
  );
  await openQuantised(demo, { folder, form });
  assert.equal(await removeQuantised(demo, folder), true);
  assert.deepEqual(readdirSync(folder), []);
});

test('killed half-way it goes on; damaged it is written anew', async (t) => {
  const [folder, other] = [temporaryDir(t), temporaryDir(t)];
  const whole = readFileSync((await openQuantised(demo, { folder: other, form })).file);
  const { signal } = spawnSync(process.execPath, [CHILD, DEMO, folder, '0.6', form]);
  assert.equal(signal, 'SIGKILL');
  let kept = 0;
  const onProgress = (progress: { readonly kept: number }): void => void (kept = progress.kept);
  const { file, bytes } = await openQuantised(demo, { folder, form, onProgress });
  assert.ok(kept > 20, `${kept} tensors kept`);
  assert.ok(readFileSync(file).equals(whole));
  truncateSync(file, bytes - 1000);
  assert.equal((await openQuantised(demo, { folder, form })).written, true);
  assert.ok(readFileSync(file).equals(whole));
});

test('a weight that float16 cannot say is refused by its tensor; one that is no number too', async (t) => {
  const dir = temporaryDir(t);
  const config = tinyConfig();
  const weights = await randomWeights(dir, config);
  const name = 'model.layers.2.mlp.down_proj.weight';
  const entry = weights.get(name);
  assert.ok(entry);
  for (const [value, code, message] of [
    [70000, 'unsupported_model', /down_proj\.weight holds 7\.000e\+4, and float16 ends at 65504/],
    [NaN, 'bad_checkpoint', /down_proj\.weight holds values that are not finite/],
  ] as const) {
    const handle = openSync(entry.file, 'r+');
    writeSync(handle, new Uint8Array(Float32Array.of(value).buffer), 0, 4, entry.offset + 40);
    closeSync(handle);
    const folder = temporaryDir(t);
    await assert.rejects(openQuantised({ config, weights }, { folder, form }), { code, message });
    assert.deepEqual(
      readdirSync(folder).filter((file) => /safetensors$|lock$/.test(file)),
      [],
    );
  }
});

test('the size on disk and on a device is foretold; float16 files need no cache', async (t) => {
  const { fp16 } = memoryEstimate(demo);
  assert.ok(fp16);
  const { bytes } = await openQuantised(demo, { folder: temporaryDir(t), form });
  assert.ok(fp16.fileBytes > 0 && bytes - fp16.fileBytes < 64_000);
  assert.equal(fp16.deviceBytes, fp16.fileBytes);
  assert.equal(storedAsHalves(demo), false);
  const halves = {
    config: demo.config,
    weights: {
      names: () => demo.weights.names(),
      get(name: string) {
        const ref = demo.weights.get(name);
        return ref && { ...ref, dtype: 'F16' as const, length: ref.length / 2 };
      },
    },
  };
  assert.equal(storedAsHalves(halves), true);
  assert.equal(memoryEstimate(halves).fp16?.fileBytes, 0);
});
