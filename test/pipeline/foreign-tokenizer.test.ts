/** A tokenizer from another model: what it says is the checkpoint's fault, not the program's. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { copyDemoCheckpoint, demoGolden } from '../support/demo.ts';
import { demoRequest } from '../support/demo-subject.ts';

test('ids beyond the vocabulary are a bad checkpoint', async (t) => {
  const dir = copyDemoCheckpoint(t);
  const path = join(dir, 'tokenizer.json');
  const json = JSON.parse(readFileSync(path, 'utf8')) as { model: { vocab: Record<string, number> } };
  json.model.vocab.red = 31_999;
  writeFileSync(path, JSON.stringify(json));
  const checkpoint = await openModel(dir);
  const model = await loadModel(checkpoint, { device: 'cpu', cpuThreads: 1 });
  t.after(() => model.dispose());
  const [question] = demoGolden<{ image: string; text: string }[]>('greedy_100.json');
  assert.ok(question);
  const request = {
    model: { dir, device: 'cpu' as const },
    ...demoRequest({ ...question, text: 'the red tag?' }),
  };
  await assert.rejects(analyseSample({ model, checkpoint }, request), {
    code: 'bad_checkpoint',
    message: /31999/,
  });
});
