import assert from 'node:assert/strict';
import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openFolders } from '../../../src-main/checkpoint/open.ts';
import {
  cacheFormOf,
  cacheState,
  isAdapted,
  openQuantised,
  removeQuantised,
  storedAsHalves,
} from '../../../src-main/checkpoint/quantised/index.ts';
import { memoryEstimate } from '../../../src-main/checkpoint/memory.ts';
import { modelGraphs } from '../../../models/architectures/index.ts';
import { singlePrecisionDemo } from '../../support/single-precision.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { DEMO_MODULES, random, writeAdapter } from '../../support/write-adapter.ts';

const DEMO = await singlePrecisionDemo();
const form = 'merged';
const Q = 'model.layers.1.self_attn.q_proj.weight';
const adapted = (t: TestContext) => writeAdapter(join(temporaryDir(t), 'lora'), DEMO);

function floatsOf({ file, offset, length }: { file: string; offset: number; length: number }): Float32Array {
  return new Float32Array(new Uint8Array(readFileSync(file).subarray(offset, offset + length)).buffer);
}

test('the cache holds the adapted layers and no others, each W + scale · B·A in float32', async (t) => {
  const checkpoint = await openFolders({ dir: adapted(t) });
  const weights = await openQuantised(checkpoint, { folder: temporaryDir(t), form });
  const modules = Object.keys(DEMO_MODULES);
  for (const [i, path] of modules.entries()) {
    const name = `${path}.weight`;
    const [ref, stored] = [weights.get(name), checkpoint.weights.get(name)];
    assert.ok(ref && stored && !ref.plus && ref.file === weights.file);
    const [sum, base] = [floatsOf(ref), floatsOf(stored)];
    const [n, k] = stored.shape as [number, number];
    const a = new Float32Array(random([2, k], 2 * i + 1).data.buffer);
    const b = new Float32Array(random([n, 2], 2 * i + 2).data.buffer);
    let most = 0;
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < k; column++) {
        const delta = [0, 1].reduce((s, r) => s + b[2 * row + r]! * a[r * k + column]!, 0);
        const at = row * k + column;
        most = Math.max(most, Math.abs(sum[at]! - (base[at]! + 2 * delta)));
      }
    }
    assert.ok(most < 3e-7, `${name} is off by ${most}`);
  }
  const untouched = 'model.layers.0.self_attn.q_proj.weight';
  assert.deepEqual(weights.get(untouched), checkpoint.weights.get(untouched));
});

test('no graph takes a weight of which the file holds a part only', async (t) => {
  const checkpoint = await openFolders({ dir: adapted(t) });
  assert.equal(isAdapted(checkpoint), true);
  assert.throws(() => modelGraphs(checkpoint).between(1), {
    message: /an adapter adds to model\.layers\.1\.self_attn\.q_proj/,
  });
});

test('written once, anew for another adapter in its place, other scales or another base; deleted with the rest', async (t) => {
  const folder = temporaryDir(t);
  const dir = adapted(t);
  const written = async () => {
    const checkpoint = await openFolders({ dir });
    const cache = await openQuantised(checkpoint, { folder, form });
    return { checkpoint, ...cache };
  };
  const first = await written();
  assert.equal(first.written, true);
  assert.equal((await written()).written, false);
  assert.match(first.file, /lora-[0-9a-f]{16}\.merged\.safetensors$/);
  writeAdapter(dir, DEMO, { config: { lora_alpha: 5 } });
  assert.equal((await written()).written, true);
  utimesSync(join(dir, 'adapter_model.safetensors'), 1e9, 1e9);
  const { checkpoint, written: again, file } = await written();
  assert.deepEqual([again, file], [true, first.file]);
  assert.equal((await cacheState(checkpoint, form, folder)).present, true);
  assert.equal(await removeQuantised(checkpoint, folder), true);
  assert.equal((await cacheState(checkpoint, form, folder)).present, false);
});

test('an adapter whose numbers are not finite is refused by the tensor, and leaves no cache', async (t) => {
  const folder = temporaryDir(t);
  const path = 'model.layers.2.self_attn.q_proj';
  const tensors = {
    [`base_model.model.${path}.lora_A.weight`]: random([2, 128], 1, Infinity),
    [`base_model.model.${path}.lora_B.weight`]: random([128, 2], 2),
  };
  const dir = writeAdapter(join(temporaryDir(t), 'lora'), DEMO, {
    config: { target_modules: ['q_proj'] },
    modules: {},
    tensors,
  });
  const checkpoint = await openFolders({ dir });
  await assert.rejects(openQuantised(checkpoint, { folder, form }), {
    code: 'bad_checkpoint',
    message:
      /with its adapter tensor model\.layers\.2\.self_attn\.q_proj\.weight holds values that are not finite/,
    where: join(dir, 'adapter_model.safetensors'),
  });
  assert.equal((await cacheState(checkpoint, form, folder)).present, false);
});

test('int4 and fp16 are made from the sum at once', async (t) => {
  const folder = temporaryDir(t);
  const checkpoint = await openFolders({ dir: adapted(t) });
  assert.deepEqual(
    (['as-stored', 'int4', 'fp16'] as const).map((precision) => cacheFormOf(checkpoint, precision)),
    ['merged', 'int4', 'fp16'],
  );
  assert.equal(storedAsHalves(checkpoint), false);
  const merged = await openQuantised(checkpoint, { folder, form });
  const sum = merged.get(Q);
  assert.ok(sum);
  for (const other of ['int4', 'fp16'] as const) {
    const direct = await openQuantised(checkpoint, { folder, form: other });
    const detour = await openQuantised(
      { config: checkpoint.config, weights: merged },
      { folder: temporaryDir(t), form: other },
    );
    const bytes = (of: typeof direct) => {
      const ref = other === 'int4' ? of.quantised(Q) : of.get(Q);
      assert.ok(ref);
      const { file, offset, length } = 'values' in ref ? ref.values : ref;
      return readFileSync(file).subarray(offset, offset + length);
    };
    assert.ok(bytes(direct).equals(bytes(detour)), other);
  }
  const plain = memoryEstimate(await openFolders({ dir: DEMO }));
  assert.deepEqual(memoryEstimate(checkpoint), plain, 'float32 is float32');
});
