/** `fovea model probe` through the real engine process, against the oracle's numbers. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeNpz } from '../../../../src-main/app/cli/model/npz.ts';
import { temporaryDir } from '../../../support/temporary-dir.ts';
import { readNpz } from '../../../support/npz.ts';
import {
  expectedArray,
  oracleCases,
  REGENERATE,
  relativeDifference,
  TOLERANCE,
} from '../../../support/oracle.ts';
import { python } from '../../../support/python.ts';
import { fovea, foveaJson } from '../run-cli.ts';

const cases = [...(await oracleCases('llava')), ...(await oracleCases('qwen2_5_vl'))];

function probeArgs(name: string, npz: string, more: readonly string[] = []): string[] {
  const golden = cases.find((one) => one.name === name);
  assert.ok(golden, REGENERATE);
  const args = ['model', 'probe', golden.dir, '--image', golden.image, '--question', golden.question];
  return [...args, '--device', 'cpu', '--npz', npz, ...more];
}

for (const name of ['llava-original-twig', 'llava-hf-v5', 'qwen2_5-vl-windows']) {
  test(`${name}: the arrays are transformers'`, async (t) => {
    const golden = cases.find((one) => one.name === name);
    assert.ok(golden);
    const npz = join(temporaryDir(t), 'out.npz');
    const { code, stderr, json } = await foveaJson(probeArgs(name, npz, ['--layers', '3,1']));
    assert.equal(code, 0, stderr);
    const arrays = readNpz(readFileSync(npz));
    assert.partialDeepStrictEqual(json, { npz, device: 'cpu' });
    const get = (what: string) => arrays.get(what) ?? { shape: [], data: [] };
    for (const what of ['visual_features', 'logits', 'layer_k', 'rpn_logits']) {
      const expected = golden.expected.get(what);
      assert.equal(arrays.has(what), expected !== undefined, what);
      if (!expected) continue;
      assert.deepEqual(get(what).shape, expected.shape);
      const difference = relativeDifference(get(what).data, expected.data);
      assert.ok(difference <= TOLERANCE, `${what} differ by ${difference}; ${REGENERATE}`);
    }
    assert.deepEqual(
      get('input_ids').data,
      golden.input_ids.map((id) => (id === -1 ? -200 : id)),
    );
    assert.deepEqual(get('image_span').data, golden.image_span);
    assert.deepEqual(get('grid').data, golden.grid);
    assert.deepEqual(get('answer_ids').data, expectedArray(golden, 'answer_ids'));
    assert.deepEqual(get('layers').data, [1, 3]);

    // The oracle keeps fewer rows, and so fewer keys.
    const [layers, heads, rows, keys] = golden.expected.get('attention')?.shape as [
      number,
      number,
      number,
      number,
    ];
    const [, , ownRows, ownKeys] = get('attention').shape as [number, number, number, number];
    assert.deepEqual((get('rows').data as number[]).slice(0, rows), expectedArray(golden, 'rows'));
    assert.equal(ownRows, get('rows').data.length);
    const own: number[] = [];
    for (let i = 0; i < layers * heads; i++) {
      for (let row = 0; row < rows; row++) {
        const at = (i * ownRows + row) * ownKeys;
        own.push(...(get('attention').data as Float32Array).subarray(at, at + keys));
      }
    }
    const difference = relativeDifference(own, expectedArray(golden, 'attention'));
    assert.ok(difference <= TOLERANCE, `attention differs by ${difference}; ${REGENERATE}`);
  });
}

test('a given answer is fed whole', async (t) => {
  const npz = join(temporaryDir(t), 'out.npz');
  const { code, stderr } = await foveaJson(probeArgs('llava-hf-twig', npz, ['--answer', 'red tag']));
  assert.equal(code, 0, stderr);
  const arrays = readNpz(readFileSync(npz));
  const fed = arrays.get('answer_ids')?.data.length ?? 0;
  assert.ok(fed > 0);
  assert.equal(arrays.get('rows')?.data.length, fed + 1);
  const [layers, heads, rows, keys] = arrays.get('attention')?.shape ?? [];
  assert.deepEqual([layers, heads, rows], [4, 4, fed + 1]);
  // Each row is a softmax over the keys up to its own place.
  const attention = arrays.get('attention')?.data as Float32Array;
  const sum = attention.subarray(0, keys).reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(sum - 1) < 1e-5);
});

test('NumPy reads the file', async (t) => {
  const npz = join(temporaryDir(t), 'out.npz');
  await writeNpz(npz, {
    scalars: { shape: [3], data: BigInt64Array.of(1n, -2n, 5n) },
    matrix: { shape: [2, 1, 2], data: Float32Array.of(0.5, 1.5, 2, -1) },
    nothing: { shape: [0, 4], data: new Float32Array(0) },
  });
  assert.deepEqual(JSON.parse(await python('npz_summary.py', [npz])), {
    scalars: ['int64', [3], 4],
    matrix: ['float32', [2, 1, 2], 3],
    nothing: ['float32', [0, 4], 0],
  });
});

test('what cannot be done is one line, and no file is left', async (t) => {
  const dir = temporaryDir(t);
  const npz = join(dir, 'out.npz');
  for (const [more, words] of [
    [['--layers', '1,9'], /no layer 9/],
    [['--layers', 'one'], /--layers must be numbers/],
    [['--device', 'abacus'], /--device cannot be "abacus"/],
  ] as const) {
    const { code, stdout, stderr } = await fovea(probeArgs('llava-hf-v5', npz, more));
    assert.notEqual(code, 0);
    assert.equal(stdout, '');
    assert.match(stderr, words);
  }
  const nowhere = await fovea(probeArgs('llava-hf-v5', join(dir, 'nowhere', 'out.npz')));
  assert.match(nowhere.stderr, /cannot be written \(ENOENT\)/);
  assert.deepEqual(readdirSync(dir), []);
  assert.equal(existsSync(npz), false);
});

test('help names every array', async (t) => {
  const npz = join(temporaryDir(t), 'out.npz');
  const { json } = await foveaJson(probeArgs('llava-hf-twig', npz, ['--max-new-tokens', '2']));
  const { stdout } = await fovea(['model', 'probe', '--help']);
  for (const name of Object.keys((json as { shapes: object }).shapes)) assert.match(stdout, new RegExp(name));
});

test('model check says what a question is asked with, and which files say otherwise', async (t) => {
  const plain = cases.find(({ name }) => name === 'llava-original-dot');
  const qwen = cases.find(({ name }) => name === 'qwen2_5-vl-shrunk');
  assert.ok(plain && qwen);
  const { stdout } = await fovea(['model', 'check', plain.dir]);
  assert.match(stdout, /prompt +vicuna_v1, the conversation of LLaVA-1\.5; the folder has no chat template/);
  const dir = join(temporaryDir(t), 'two');
  cpSync(qwen.dir, dir, { recursive: true });
  const { chat_template: own } = JSON.parse(readFileSync(join(dir, 'tokenizer_config.json'), 'utf8')) as {
    chat_template: string;
  };
  writeFileSync(join(dir, 'chat_template.jinja'), own.replace('helpful', 'careful'));
  const two = await fovea(['model', 'check', dir]);
  assert.match(two.stdout, /prompt +the chat template of chat_template\.jinja/);
  assert.match(two.stdout, /another template stands in tokenizer_config\.json and is not used/);
  const { json } = await foveaJson(['model', 'check', qwen.dir]);
  assert.partialDeepStrictEqual(json, {
    prompt: { source: 'chat_template', file: 'tokenizer_config.json', differing: [] },
  });
});

test('model check says dtypes, devices and memory', async () => {
  const golden = cases.find(({ name }) => name === 'qwen2_5-vl-shrunk');
  assert.ok(golden);
  const { json, stderr } = await foveaJson(['model', 'check', golden.dir]);
  assert.partialDeepStrictEqual(
    json,
    {
      family: 'qwen2_5_vl',
      layers: 4,
      heads: 3,
      rpn: { k: 1, t: 3 },
      dynamicGrid: true,
      precision: 'as-stored',
      // 2 · 4 layers · 1 kv head · 16 · 4 bytes.
      memory: { cacheBytesPerToken: 512 },
    },
    stderr,
  );
  const { dtypes, devices, parameters, memory } = json as {
    dtypes: Record<string, number>;
    devices: { device: string; ok: boolean; error: string | null }[];
    parameters: number;
    memory: {
      mappedBytes: number;
      copiedBytes: number;
      int4: { copiedBytes: number };
      availableBytes: number;
    };
  };
  assert.deepEqual(dtypes, { BF16: parameters });
  // All but the table of embeddings is copied as float32.
  assert.equal(memory.copiedBytes / 4 + memory.mappedBytes / 2, parameters);
  assert.ok(memory.int4.copiedBytes < memory.copiedBytes / 3);
  assert.ok(memory.availableBytes > 0);
  assert.deepEqual(
    devices.map(({ device }) => device),
    ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'],
  );
  for (const { ok, error, device } of devices) assert.equal(ok, error === null, device);
});
