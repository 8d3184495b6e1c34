/** The same weights in llava-hf's layout, sharded, answer as the demo's original layout does. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCheckpoint } from '../../src-main/checkpoint/checkpoint.ts';
import { llavaNames } from '../../src-main/checkpoint/llava-names.ts';
import { requiredTensors } from '../../src-main/checkpoint/required.ts';
import type { FloatEntry } from '../../src-main/checkpoint/weight-index.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { DEMO_CHECKPOINT, demoGolden } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { demoRequest, loadDemo } from '../support/demo-subject.ts';
import { writeSafetensors } from '../support/safetensors.ts';
import type { StoredTensor } from '../support/safetensors.ts';

function stored({ dtype, shape, file, offset, length }: FloatEntry): StoredTensor {
  return { dtype, shape, data: readFileSync(file).subarray(offset, offset + length) };
}

test('llava-hf layout, in two shards, gives the same answer, maps and RPN logits', async (t) => {
  const demo = await loadDemo();
  const dir = join(temporaryDir(t), 'hf');
  mkdirSync(dir);
  for (const name of ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json']) {
    cpSync(join(DEMO_CHECKPOINT, name), join(dir, name));
  }
  const json = (path: string) =>
    JSON.parse(readFileSync(join(DEMO_CHECKPOINT, path), 'utf8')) as Record<string, unknown>;
  const { enable_twig, twig_K, twig_T, roi_multi_head, model_type: _, ...text_config } = json('config.json');
  // llava-hf's processor pads where its own file says so.
  const processor = {
    ...json('vision_tower/preprocessor_config.json'),
    image_processor_type: 'LlavaImageProcessor',
  };
  writeFileSync(join(dir, 'preprocessor_config.json'), JSON.stringify({ ...processor, do_pad: true }));
  const config = {
    architectures: ['LlavaForConditionalGeneration'],
    text_config,
    vision_config: json('vision_tower/config.json'),
    image_token_index: 4,
    ...{ enable_twig, twig_K, twig_T, roi_multi_head },
  };
  writeFileSync(join(dir, 'config.json'), JSON.stringify(config));

  const original = requiredTensors(demo.checkpoint.config);
  const renamed = requiredTensors({ ...demo.checkpoint.config, names: llavaNames('llava_hf') });
  const shards: Record<string, StoredTensor>[] = [{}, {}];
  const weight_map: Record<string, string> = {};
  renamed.forEach(({ name }, i) => {
    const entry = demo.checkpoint.weights.get(original[i].name);
    assert.ok(entry);
    shards[i % 2][name] = stored(entry);
    weight_map[name] = `model-0000${(i % 2) + 1}-of-00002.safetensors`;
  });
  shards.forEach((tensors, i) =>
    writeSafetensors(join(dir, `model-0000${i + 1}-of-00002.safetensors`), tensors),
  );
  writeFileSync(join(dir, 'model.safetensors.index.json'), JSON.stringify({ weight_map }));

  const checkpoint = await openCheckpoint(dir);
  assert.equal(checkpoint.config.layout, 'llava_hf');
  const model = await loadModel(checkpoint, { device: 'cpu', cpuThreads: 1 });
  const [question] = demoGolden<{ image: string; text: string }[]>('greedy_100.json');
  const want = { questionMap: true, rpn: true, secondStage: false, allHeadsOf: [] };
  const request = demoRequest(question, { want });
  const here = await analyseSample({ model, checkpoint }, request);
  const there = await analyseSample(demo, request);
  assert.deepEqual(here.answerTokens, there.answerTokens);
  assert.deepEqual(here.maps, there.maps);
  assert.deepEqual(here.labels, there.labels);
  await model.dispose();
  await demo.model.dispose();
});
