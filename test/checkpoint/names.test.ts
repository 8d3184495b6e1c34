/** Tensor names as seven versions of transformers save them (test/golden/names/make.py). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { openCheckpoint } from '../../src-main/checkpoint/checkpoint.ts';
import { parseConfig } from '../../src-main/checkpoint/config.ts';
import { findLlavaNames } from '../../src-main/checkpoint/llava-names.ts';
import { parseQwenConfig } from '../../src-main/checkpoint/qwen/config.ts';
import { findQwenNames } from '../../src-main/checkpoint/qwen/names.ts';
import { requiredQwenTensors } from '../../src-main/checkpoint/qwen/required.ts';
import { checkTensors, requiredTensors } from '../../src-main/checkpoint/required.ts';
import type { RequiredTensor } from '../../src-main/checkpoint/required.ts';
import { readSafetensorsHeader } from '../../src-main/checkpoint/files/safetensors.ts';
import { WeightIndex } from '../../src-main/checkpoint/weight-index.ts';
import { copyDemoCheckpoint } from '../support/demo.ts';
import { writeSafetensors } from '../support/safetensors.ts';
import type { StoredTensor } from '../support/safetensors.ts';

const caseSchema = z.object({
  family: z.enum(['llava', 'qwen']),
  by: z.array(z.string()),
  config: z.unknown(),
  tensors: z.record(z.string(), z.array(z.number())),
});
type Case = z.infer<typeof caseSchema>;
const cases = z
  .array(caseSchema)
  .parse(
    JSON.parse(
      gunzipSync(readFileSync(join(import.meta.dirname, '../golden/names/tensor-names.json.gz'))).toString(),
    ),
  );

function indexOf(tensors: Record<string, readonly number[]>): WeightIndex {
  const entries = Object.entries(tensors).map(
    ([name, shape]) =>
      [name, { name, dtype: 'F32', shape, file: 'model.safetensors', offset: 0, length: 0 }] as const,
  );
  return new WeightIndex().add(new Map(entries));
}

function needed({ family, config }: Case, weights: WeightIndex): RequiredTensor[] {
  if (family === 'qwen') {
    return requiredQwenTensors({ ...parseQwenConfig(config, ''), names: findQwenNames(weights, '') });
  }
  const { towerName: _, vision, ...rest } = parseConfig(config, '');
  assert.ok(vision);
  return requiredTensors({ ...rest, vision, names: findLlavaNames(rest.layout, weights, '') });
}

test('every generation of names is among the cases', () => {
  const makers = cases.flatMap(({ by }) => by);
  for (const version of ['4.37.2', '4.49.0', '4.57.6', '5.0.0', '5.5.4', '5.6.2', '5.24.0']) {
    assert.ok(makers.includes(version), version);
  }
  assert.ok(cases.filter(({ family }) => family === 'llava').length >= 3);
  assert.ok(cases.filter(({ family }) => family === 'qwen').length >= 2);
});

for (const golden of cases) {
  const { family, by, tensors } = golden;
  test(`${family} by ${by[0]} (and ${by.length - 1} more): every tensor that runs is found`, () => {
    const weights = indexOf(tensors);
    const required = needed(golden, weights);
    checkTensors(required, weights, '');
    // All but what no run reads: the tower's last layer and norm, and LLaVA's unused parts.
    const used = new Set(required.map(({ name }) => name));
    const unused = Object.keys(tensors).filter((name) => !used.has(name));
    assert.deepEqual(
      unused.filter((name) => !/encoder\.layers\.1\.|post_layernorm/.test(name)),
      [],
    );
  });

  test(`${family} by ${by[0]}: a part under two names is refused by name`, () => {
    for (const other of cases) {
      if (other.family !== family || other === golden) continue;
      const weights = indexOf({ ...other.tensors, ...tensors });
      assert.throws(
        () => needed(golden, weights),
        /holds its (vision tower|projector|decoder|output head) under two names: \S+… and \S+…/,
      );
    }
  });
}

/** Writes a file anew with other names for its tensors. */
async function rename(path: string, to: (name: string) => string): Promise<void> {
  const tensors = [...(await readSafetensorsHeader(path)).values()];
  const bytes = readFileSync(path);
  const renamed = tensors.map(({ name, dtype, shape, offset, length }) => [
    to(name),
    { dtype, shape, data: bytes.subarray(offset, offset + length) },
  ]);
  writeSafetensors(path, Object.fromEntries(renamed) as Record<string, StoredTensor>);
}

test('a tower in its own folder as CLIPVisionModel saves it from 5.6 on, without vision_model', async (t) => {
  const dir = copyDemoCheckpoint(t);
  await rename(join(dir, 'vision_tower/model.safetensors'), (name) => name.replace(/^vision_model\./, ''));
  const { config } = await openCheckpoint(dir);
  assert.equal(config.names.vision, 'model.vision_tower.vision_tower');
});

test('an RPN under the decoder of a llava-hf model', () => {
  const hf = cases.find(({ by }) => by.includes('5.5.4'));
  assert.ok(hf);
  const rpn = 'model.language_model.model.twig_layers.0.input_layernorm.weight';
  const names = findLlavaNames('llava_hf', indexOf({ ...hf.tensors, [rpn]: [16] }), '');
  assert.equal(names.twigLayers, 'model.language_model.model.twig_layers');
  assert.equal(names.layers, 'model.language_model.model.layers');
});

test('parts of different generations go together', () => {
  const [a, b] = [
    cases.find(({ by }) => by.includes('4.37.2')),
    cases.find(({ by }) => by.includes('5.5.4')),
  ];
  assert.ok(a && b);
  const tensors = Object.fromEntries([
    ...Object.entries(a.tensors).filter(([name]) => name.startsWith('vision_tower.')),
    ...Object.entries(b.tensors).filter(([name]) => !/vision_tower\./.test(name)),
  ]);
  const weights = indexOf(tensors);
  checkTensors(needed(a, weights), weights, '');
});
