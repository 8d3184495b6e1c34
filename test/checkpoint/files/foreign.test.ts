/** Folders in another form than Fovea reads are refused by name, with a next step. */
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openModel } from '../../../src-main/checkpoint/open.ts';
import { readTensors } from '../../../src-main/checkpoint/files/tensor-index.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { copyDemoCheckpoint } from '../../support/demo.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { filled, writeRaw, writeSafetensors } from '../../support/safetensors.ts';

const LFS = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 123\n`;
const NOWHERE = { downloads: '/nowhere', cache: '/nowhere' };

async function refusal(dir: string, code: string, message: RegExp, next: RegExp = /\S/): Promise<void> {
  await assert.rejects(openModel(dir, null, NOWHERE), (error) => {
    assert.ok(error instanceof FoveaError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.match(error.next ?? '', next);
    return true;
  });
}

function editConfig(dir: string, changes: Record<string, unknown>): void {
  const path = join(dir, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify({ ...config, ...changes }));
}

const FILES: readonly [file: string, message: RegExp][] = [
  ['pytorch_model-00001-of-00002.bin', /PyTorch pickle \(pytorch_model-00001-of-00002\.bin\).*can run code/],
  ['model.pth', /PyTorch pickle \(model\.pth\)/],
  ['consolidated.00.pth', /PyTorch pickle/],
  ['consolidated.safetensors', /maker's own names/],
  ['llava-q4_k_m.gguf', /GGUF/],
  ['model.onnx', /ONNX export/],
  ['weights.npz', /MLX/],
  ['openvino_model.xml', /OpenVINO/],
  ['tf_model.h5', /TensorFlow, Flax or Rust/],
  ['flax_model.msgpack', /TensorFlow, Flax or Rust/],
  ['model.fp16.safetensors', /variant only \(model\.fp16\.safetensors\)/],
  ['model-00001-of-00003.safetensors', /in shards.*model\.safetensors\.index\.json.*missing/],
  ['weights.safetensors', /none that transformers would read/],
  ['model_index.json', /diffusers pipeline/],
];
for (const [file, message] of FILES) {
  for (const config of [true, false]) {
    test(`only ${file}, ${config ? 'with' : 'without'} a config.json`, async (t) => {
      const dir = copyDemoCheckpoint(t);
      rmSync(join(dir, 'model.safetensors'));
      if (!config) rmSync(join(dir, 'config.json'));
      writeFileSync(join(dir, file), '');
      await refusal(dir, 'unsupported_model', message);
    });
  }
}

test('files that a trainer leaves beside a checkpoint are no weights', async (t) => {
  const dir = copyDemoCheckpoint(t);
  rmSync(join(dir, 'model.safetensors'));
  for (const name of ['training_args.bin', 'optimizer.pt', 'rng_state_0.pth'])
    writeFileSync(join(dir, name), '');
  await refusal(dir, 'bad_checkpoint', /no model\.safetensors and no/);
});

for (const file of [
  'config.json',
  'model.safetensors',
  'tokenizer.json',
  'tokenizer_config.json',
  'generation_config.json',
]) {
  test(`${file} as a Git-LFS pointer`, async (t) => {
    const dir = copyDemoCheckpoint(t);
    writeFileSync(join(dir, file), LFS);
    await refusal(dir, 'bad_checkpoint', new RegExp(`^${file} is a Git-LFS pointer`), /git lfs pull/);
  });
}

test('an index or a shard as a Git-LFS pointer', async (t) => {
  const dir = temporaryDir(t);
  const index = join(dir, 'model.safetensors.index.json');
  writeFileSync(index, LFS);
  await assert.rejects(readTensors(dir), /index\.json is a Git-LFS pointer/);
  writeFileSync(index, JSON.stringify({ weight_map: { a: 'model-00001-of-00001.safetensors' } }));
  writeFileSync(join(dir, 'model-00001-of-00001.safetensors'), LFS);
  await assert.rejects(readTensors(dir), /model-00001-of-00001\.safetensors is a Git-LFS pointer/);
});

test('a stale index: the one file counts, whatever the index says', async (t) => {
  const dir = temporaryDir(t);
  writeSafetensors(join(dir, 'model.safetensors'), { a: filled([2]) });
  writeSafetensors(join(dir, 'model-00001-of-00001.safetensors'), { b: filled([3]) });
  writeFileSync(
    join(dir, 'model.safetensors.index.json'),
    JSON.stringify({ weight_map: { b: 'model-00001-of-00001.safetensors' } }),
  );
  assert.deepEqual([...(await readTensors(dir)).keys()], ['a']);
  rmSync(join(dir, 'model-00001-of-00001.safetensors'));
  assert.deepEqual([...(await readTensors(dir)).keys()], ['a']);
});

test('a missing shard and a tensor in two shards are named', async (t) => {
  const dir = temporaryDir(t);
  const [first, second] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  writeFileSync(
    join(dir, 'model.safetensors.index.json'),
    JSON.stringify({ weight_map: { a: first, b: second } }),
  );
  writeSafetensors(join(dir, first), { a: filled([2]) });
  await assert.rejects(readTensors(dir), /names 2 shards; model-00002-of-00002\.safetensors is not/);
  writeSafetensors(join(dir, second), { b: filled([2]), a: filled([2], 1) });
  await assert.rejects(readTensors(dir), /tensor a is in two shards/);
});

test('weights written for another framework', async (t) => {
  for (const [format, name] of [
    ['mlx', 'MLX'],
    ['tf', 'TensorFlow'],
    ['flax', 'Flax'],
  ] as const) {
    const dir = copyDemoCheckpoint(t);
    writeRaw(join(dir, 'model.safetensors'), { __metadata__: { format } }, new Uint8Array());
    await refusal(dir, 'unsupported_model', new RegExp(`written for ${name}`));
  }
});

const METHODS: readonly [Record<string, unknown>, RegExp][] = [
  [
    { quantization_config: { quant_method: 'bitsandbytes', load_in_8bit: true } },
    /with bitsandbytes of 8 bits/,
  ],
  [{ quantization_config: { load_in_8bit: true } }, /with bitsandbytes of 8 bits/],
  [{ quantization_config: { quant_method: 'compressed-tensors' } }, /with compressed-tensors/],
  [{ quantization_config: { quant_method: 'fp8' } }, /with FP8/],
  [{ quantization_config: { quant_method: 'something-new' } }, /with something-new/],
  [{ quantization: { group_size: 64, bits: 4 } }, /with MLX/],
];
for (const [changes, message] of METHODS) {
  test(`config.json with ${JSON.stringify(changes)}`, async (t) => {
    const dir = copyDemoCheckpoint(t);
    editConfig(dir, changes);
    await refusal(dir, 'unsupported_model', message, /--precision int4/);
  });
}

test('quantised tensors whose config.json says nothing', async (t) => {
  for (const [name, dtype, message] of [
    ['model.layers.0.mlp.up_proj.qweight', 'I32', /GPTQ or AWQ/],
    ['model.layers.0.mlp.up_proj.weight.quant_state.bitsandbytes__nf4', 'U8', /bitsandbytes/],
    ['model.layers.0.mlp.up_proj.weight_packed', 'I32', /compressed-tensors/],
    ['model.layers.0.mlp.up_proj.weight_scale', 'F32', /FP8 or compressed-tensors/],
    ['model.layers.0.mlp.up_proj.weight', 'F8_E4M3', /quantised with FP8.*F8_E4M3/],
  ] as const) {
    const dir = copyDemoCheckpoint(t);
    const width = { I32: 4, U8: 1, F32: 4, F8_E4M3: 1 }[dtype];
    writeSafetensors(join(dir, 'model.safetensors'), {
      [name]: { dtype, shape: [2], data: new Uint8Array(2 * width) },
    });
    await refusal(dir, 'unsupported_model', message);
  }
});

test('a tower that has only a pickle', async (t) => {
  const dir = copyDemoCheckpoint(t);
  renameSync(join(dir, 'vision_tower/model.safetensors'), join(dir, 'vision_tower/pytorch_model.bin'));
  await refusal(dir, 'unsupported_model', /the vision tower .*PyTorch pickle/, /safe_serialization/);
  const empty = temporaryDir(t);
  mkdirSync(join(empty, 'model'));
  await refusal(join(empty, 'model'), 'bad_checkpoint', /config\.json is missing/);
});
