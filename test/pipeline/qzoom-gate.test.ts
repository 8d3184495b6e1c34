/** Q-Zoom's trained gate (METHOD §8) beside the authors' own numbers, and what a checkpoint that carries one does with a sample. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gateThresholdOf } from '../../src-main/checkpoint/gate.ts';
import { openQwen } from '../../src-main/checkpoint/qwen/open.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { tryMethod } from '../../src-main/pipeline/try-method.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import { relativeDifference, TOLERANCE } from '../support/oracle.ts';
import { addQzoomGate, qzoomFolder, qzoomGateScores, qzoomGolden, REMAKE } from '../support/qzoom.ts';
import { editConfig } from '../support/split-rpn.ts';

const root = await mkdtemp(join(tmpdir(), 'fovea-gate-'));
test.after(() => rm(root, { recursive: true }));
const { question, pictures } = await qzoomGolden();
const scores = await qzoomGateScores();

const preset = presetSchema.parse({
  id: 'tiny-qzoom',
  name: 'Tiny Q-Zoom',
  family: 'qwen2_5_vl',
  grounding: [{ layer: 3, heads: [0, 2] }],
  sink: null,
  rows: 'answer',
  labels: { variant: 'qwen', sinkThresh: 0.9, binaryCoff: 0.25, bgCoff: 0.05, maxRatioLimit: 1 },
  roi: { variant: 'qwen', form: 'mask', threshold: 0.01 },
  rpn: null,
  teacher: { squareTokens: 16, prompt: 'textual' },
  maxNewTokens: 4,
});
const want = { questionMap: false, rpn: true, secondStage: true, allHeadsOf: [] };

for (const golden of pictures) {
  test(`${golden.name}: the gate says what the authors’ code says`, async () => {
    const dir = await qzoomFolder(root, golden, { reuse_src_pos: false, enable_high_res: true });
    await addQzoomGate(dir);
    const checkpoint = await openQwen(dir);
    assert.equal(checkpoint.gate, true);
    const model = await loadModel(checkpoint, { device: 'cpu', cpuThreads: 1 });
    try {
      const subject = { checkpoint, model };
      const expected = scores.get(golden.name)!;
      const asked = { preset, imagePath: golden.image, question };
      const { needs } = await tryMethod(subject, { ...asked, method: 'rpn' });
      const logit = Math.log(needs.trained! / (1 - needs.trained!));
      const far = relativeDifference([logit], [expected.logit]);
      assert.ok(far <= TOLERANCE, `the gate differs by ${far}; ${REMAKE}`);
      if (golden.name !== 'small') return;
      assert.deepEqual(gateThresholdOf(checkpoint), { gateThreshold: 0.1 });
      const need = needs.trained!;
      const label = async (threshold: number) => {
        const gated = { ...preset, gate: { by: 'trained' as const, threshold } };
        const request = { ...asked, preset: gated, answerMode: 'self' as const, answer: null, want };
        return (await analyseSample(subject, request)).secondStage!;
      };
      const [passed, left] = [await label(need), await label(Math.min(1, need + 1e-6))];
      assert.deepEqual([passed.skipped, passed.gate!.need, left.skipped], [null, need, 'not_needed']);
      assert.ok(passed.crop && !left.crop);
    } finally {
      await model.dispose();
    }
  });
}

test('a gate runs where config.json says so and its tensors are there; of another layer it is refused', async () => {
  const [golden] = pictures;
  const dir = await qzoomFolder(root, golden!, { reuse_src_pos: true, enable_high_res: true });
  await assert.rejects(openQwen(dir), { code: 'missing_tensor', message: /high_res_layers\.0/ });
  await addQzoomGate(dir);
  const { rpn, gate } = (await openQwen(dir)).config;
  assert.deepEqual(gate, { k: rpn!.k, t: rpn!.t, threshold: 0.1 });
  editConfig(dir, (config) => ({ ...config, high_res_T: 1, high_res_K: rpn!.k, high_res_thresh: -1 }));
  assert.deepEqual((await openQwen(dir)).config.gate, { k: rpn!.k, t: 1, threshold: -1 });
  editConfig(dir, (config) => ({ ...config, high_res_K: rpn!.k + 1 }));
  await assert.rejects(openQwen(dir), { code: 'unsupported_model', message: /high_res_K/ });
  editConfig(dir, (config) => ({ ...config, enable_high_res: false }));
  const off = await openQwen(dir);
  assert.deepEqual([off.config.gate, off.gate], [null, true]);
});
