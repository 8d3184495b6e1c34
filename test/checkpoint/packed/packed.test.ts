/** Packed checkpoints: what is told from their files, what is refused by name, and how groups become blocks. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cachedState, openCached, removeCached } from '../../../src-main/checkpoint/cached.ts';
import { memoryEstimate, parametersByDtype } from '../../../src-main/checkpoint/memory.ts';
import { openModel } from '../../../src-main/checkpoint/open.ts';
import { readPackedConfig } from '../../../src-main/checkpoint/packed/config.ts';
import { layOutGroups } from '../../../src-main/checkpoint/packed/layout.ts';
import { readSafetensorsHeader } from '../../../src-main/checkpoint/files/safetensors.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { packedCase, packedFolder } from '../../support/packed.ts';

const GPTQ = { quant_method: 'gptq', bits: 4, group_size: 128 };
const AWQ = { quant_method: 'awq', bits: 4, group_size: 128, version: 'gemm', zero_point: true };

const REFUSED: readonly [Record<string, unknown>, RegExp][] = [
  [{ ...GPTQ, bits: 3 }, /GPTQ of 3 bits/],
  [{ ...GPTQ, bits: 8 }, /GPTQ of 8 bits/],
  [{ ...GPTQ, checkpoint_format: 'marlin' }, /layout marlin/],
  [{ ...GPTQ, is_marlin_format: true }, /layout marlin/],
  [{ ...GPTQ, checkpoint_format: 'gptq_p' }, /layout gptq_p/],
  [{ ...GPTQ, pack_dtype: 'int16' }, /words of int16/],
  [{ ...GPTQ, dynamic: { '-:.*down.*': {} } }, /other settings for some layers \(dynamic\)/],
  [{ ...GPTQ, adapter: { rank: 64 } }, /GPTQ with adapter/],
  [{ ...GPTQ, rotation: 'hadamard' }, /GPTQ with rotation/],
  [{ ...AWQ, bits: 8 }, /AWQ of 8 bits/],
  [{ ...AWQ, version: 'gemv' }, /layout gemv/],
  [{ ...AWQ, version: 'marlin' }, /layout marlin/],
  [{ ...AWQ, version: 'GEMV_FAST' }, /layout gemv_fast/],
  [{ ...AWQ, backend: 'llm-awq' }, /layout llm-awq/],
  [{ ...AWQ, zero_point: false }, /without zero points/],
  [{ quant_method: 'bitsandbytes', load_in_8bit: true }, /bitsandbytes of 8 bits/],
];

for (const [stated, words] of REFUSED) {
  test(`refused by name: ${JSON.stringify(stated)}`, async (t) => {
    await assert.rejects(
      readPackedConfig(temporaryDir(t), { quantization_config: stated }, 'config.json'),
      (error: Error & { code: string; next: string }) =>
        error.code === 'unsupported_model' && words.test(error.message) && /int4/.test(error.next),
    );
  });
}

test('what is read of a config, defaults of the packages included', async (t) => {
  const dir = temporaryDir(t);
  const read = async (json: unknown) => (await readPackedConfig(dir, json, 'config.json'))?.config;
  const gptq = { method: 'gptq', group: 128, zeroOffset: 1, anyOrder: false };
  assert.deepEqual(await read({ quantization_config: GPTQ }), gptq);
  const second = { ...GPTQ, format: 'gptq_v2', desc_act: true, bits: '4' };
  assert.deepEqual(await read({ quantization_config: second }), { ...gptq, zeroOffset: 0, anyOrder: true });
  assert.deepEqual(await read({ text_config: { quantization_config: AWQ } }), { method: 'awq', group: 128 });
  assert.deepEqual(await read({ quantization_config: { load_in_4bit: true } }), { method: 'bitsandbytes' });
  assert.equal(await read({}), undefined);
  writeFileSync(join(dir, 'quant_config.json'), '{"w_bit": 4, "q_group_size": 64, "zero_point": true}');
  assert.deepEqual(await read({}), { method: 'awq', group: 64 });
  writeFileSync(join(dir, 'quantize_config.json'), '{"bits": 4, "group_size": -1, "desc_act": false}');
  assert.deepEqual(await read({}), { ...gptq, group: -1 });
});

test('groups become whole blocks', () => {
  const even = layOutGroups({ shape: [8, 96], group: 32 }, null);
  assert.deepEqual(even, { block: 32, groupOf: [0, 1, 2], order: null });
  assert.equal(layOutGroups({ shape: [8, 1024], group: 512 }, null)?.block, 256);
  assert.deepEqual(layOutGroups({ shape: [8, 1024], group: 512 }, null)?.groupOf, [0, 0, 1, 1]);
  assert.deepEqual(layOutGroups({ shape: [8, 192], group: 96 }, null)?.groupOf, [0, 0, 0, 1, 1, 1]);
  // One group over a row that is no whole number of blocks: the last one is padded.
  assert.deepEqual(layOutGroups({ shape: [8, 200], group: 200 }, null), {
    block: 128,
    groupOf: [0, 0],
    order: null,
  });
  assert.equal(layOutGroups({ shape: [8, 120], group: 40 }, null), null);
  const mixed = Int32Array.from({ length: 64 }, (_, i) => (i % 3 === 0 ? 1 : 0));
  mixed[1] = 1;
  for (let i = 2, ones = 23; ones < 32; i++) if (mixed[i] === 0) ones += mixed[i] = 1;
  const layout = layOutGroups({ shape: [8, 64], group: 32 }, mixed);
  assert.equal(layout?.block, 32);
  assert.deepEqual(
    [...(layout?.order ?? [])],
    [...mixed.keys()].sort((a, b) => (mixed[a] ?? 0) - (mixed[b] ?? 0) || a - b),
  );
  assert.equal(layOutGroups({ shape: [8, 64], group: 32 }, mixed.fill(2, 0, 1)), null);
});

test('the case with desc_act has inputs out of order, and the others none', async (t) => {
  for (const [name, mixed] of [
    ['qwen-gptq-order', true],
    ['qwen-gptq-v2', false],
  ] as const) {
    const golden = packedCase(name);
    const weights = await openCached(await openModel(await packedFolder(t, golden)), 'as-stored', {
      folder: temporaryDir(t),
    });
    const refs = Object.keys(golden.weights).map((layer) => weights?.quantised(layer));
    assert.equal(
      refs.some((ref) => ref !== undefined && 'order' in ref),
      mixed,
    );
  }
});

test('a cache is written once, is as large as foretold, and goes when it is deleted', async (t) => {
  const folder = temporaryDir(t);
  const checkpoint = await openModel(await packedFolder(t, packedCase('llava-awq')));
  assert.deepEqual(Object.keys(parametersByDtype(checkpoint.weights)).sort(), ['AWQ', 'F16']);
  const { int4, fp16 } = memoryEstimate(checkpoint);
  assert.equal(fp16, undefined);
  const first = await openCached(checkpoint, 'as-stored', { folder });
  const rest = (first?.bytes ?? 0) - (int4?.fileBytes ?? 0);
  assert.ok(first?.written && rest > 0 && rest < 8000, `${rest} bytes beside the weights`);
  assert.equal((await openCached(checkpoint, 'int4', { folder }))?.written, false);
  assert.equal((await cachedState(checkpoint, 'packed', folder))?.present, true);
  assert.equal(await removeCached(checkpoint, folder), true);
  assert.equal((await cachedState(checkpoint, 'packed', folder))?.present, false);
});

test('nf4 without double quantisation needs no cache, and has no other precision', async (t) => {
  const folder = temporaryDir(t);
  const checkpoint = await openModel(await packedFolder(t, packedCase('qwen-nf4')));
  assert.equal(await cachedState(checkpoint, 'packed', folder), null);
  assert.equal((await openCached(checkpoint, 'as-stored', { folder }))?.file, null);
  for (const precision of ['int4', 'fp16'] as const) {
    await assert.rejects(openCached(checkpoint, precision, { folder }), /bitsandbytes nf4 cannot be run at/);
  }
});

test('keys of the configuration that are not known are shown', async (t) => {
  const dir = await packedFolder(t, packedCase('llava-awq'));
  const path = join(dir, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as { quantization_config: object };
  assert.deepEqual((await openModel(dir)).unknownKeys, []);
  writeFileSync(
    path,
    JSON.stringify({ ...config, quantization_config: { ...config.quantization_config, twist: 3 } }),
  );
  const shown = { file: 'config.json', key: 'quantization_config.twist', value: '3' };
  assert.deepEqual((await openModel(dir)).unknownKeys, [shown]);
});

test('a zero point that readers of the first GPTQ format take differently', async (t) => {
  const dir = await packedFolder(t, packedCase('llava-gptq'));
  await overwrite(dir, /q_proj\.qzeros$/, (bytes) => bytes.fill(0xff, 0, 4));
  const checkpoint = await openModel(dir);
  await assert.rejects(openCached(checkpoint, 'as-stored', { folder: temporaryDir(t) }), {
    code: 'unsupported_model',
    message: /q_proj\.qzeros has a zero point/,
  });
});

test('a table that is not the built-in one', async (t) => {
  const dir = await packedFolder(t, packedCase('qwen-nf4'));
  await overwrite(dir, /q_proj\.weight\.quant_map$/, (bytes) =>
    new Float32Array(bytes.buffer).fill(0.5, 3, 4),
  );
  await assert.rejects(openModel(dir), { code: 'unsupported_model', message: /nf4 with another table/ });
});

test('parts that contradict config.json or are missing', async (t) => {
  const dir = await packedFolder(t, packedCase('qwen-gptq-order'));
  const config = JSON.parse(readFileSync(join(dir, 'config.json'), 'utf8')) as {
    quantization_config: Record<string, unknown>;
  };
  const stated = config.quantization_config;
  const rewrite = (changes: Record<string, unknown>): void =>
    writeFileSync(
      join(dir, 'config.json'),
      JSON.stringify({ ...config, quantization_config: { ...stated, ...changes } }),
    );
  rewrite({ group_size: 64 });
  await assert.rejects(openModel(dir), {
    code: 'bad_checkpoint',
    message: /q(zeros|weight).* as it should be/,
  });
  rewrite({ quant_method: 'awq', version: 'gemm' });
  await assert.rejects(openModel(dir), { code: 'bad_checkpoint' });
  rewrite({ quant_method: 'bitsandbytes', load_in_4bit: true });
  await assert.rejects(openModel(dir), /none of the tensors is packed so/);
  const { quantization_config: _, ...without } = config;
  writeFileSync(join(dir, 'config.json'), JSON.stringify(without));
  await assert.rejects(openModel(dir), /quantised with GPTQ or AWQ/);
  rewrite({});
  // desc_act says that inputs are out of order, and nothing which.
  for (const file of ['packed.safetensors', 'model.safetensors.index.json']) {
    const text = readFileSync(join(dir, file), 'latin1').replaceAll('k_proj.g_idx', 'k_proj.other');
    writeFileSync(join(dir, file), text, 'latin1');
  }
  await assert.rejects(openModel(dir), /k_proj\.g_idx is missing/);
});

/** Changes the bytes of the first tensor of that name in a case's packed file. */
async function overwrite(dir: string, name: RegExp, change: (bytes: Uint8Array) => void): Promise<void> {
  const path = join(dir, 'packed.safetensors');
  const entry = [...(await readSafetensorsHeader(path)).values()].find((tensor) => name.test(tensor.name));
  assert.ok(entry);
  const file = readFileSync(path);
  const bytes = Uint8Array.from(file.subarray(entry.offset, entry.offset + entry.length));
  change(bytes);
  file.set(bytes, entry.offset);
  writeFileSync(path, file);
}
