/**
 * Runs in a process of its own, over SwiftShader (swiftshader.ts): loads the demo model on WebGPU, prints its
 * self-check and the differences from one golden case, then the refusal of a device whose graphs are wrong. One JSON
 * line on stdout.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelGraphs } from '../../models/architectures/index.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { goldenCases } from './demo-goldens.ts';
import { allTaps, goldenErrors, openDemo, pixelsOf } from './golden-model.ts';
import { maxDifference } from './numbers.ts';
import { randomWeights, tinyConfig } from './random-checkpoint.ts';

const checkpoint = await openDemo();
const golden = goldenCases().find((one) => one.attention_last_prompt);
if (!golden) throw new Error('no golden case with attention');

const model = await loadModel(checkpoint, { device: 'webgpu' });
const pixels = await pixelsOf(checkpoint, golden);
const errors = await goldenErrors(model, golden, pixels);

// A reused prefix and the same tokens in one feed agree on the device too; asking for what the golden case asked for
// reuses its session.
const tokens = [5, 6, 7, 8];
const { layers } = model.profile;
const last = (rows: number) => ({
  taps: allTaps(layers, [rows - 1, rows], [0, tokens.length]),
  hiddenOf: golden.hidden_states_k.k,
});
const cache = model.newCache();
await model.forward(cache, { parts: [{ tokens }], ...last(4) });
cache.truncate(1);
const reused = await model.forward(cache, { parts: [{ tokens: tokens.slice(1) }], ...last(3) });
const whole = await model.forward(model.newCache(), { parts: [{ tokens }], ...last(4) });
errors['logits with a reused prefix'] = maxDifference(reused.logits ?? [], whole.logits ?? [1]);
reused.taps.forEach(({ data }, i) => {
  errors[`attention of layer ${i} with a reused prefix`] = maxDifference(data, whole.taps[i]?.data ?? []);
});
const { selfCheck } = model.info;
const { device } = model.profile;
await model.dispose();

// The real device computing another function: the decoder's rotary base is wrong. A tiny model shows it as well.
const broken = (_: unknown, graphs: ModelGraphs): ModelGraphs => ({
  ...graphs,
  ropeTheta: graphs.ropeTheta / 50,
});
const dir = mkdtempSync(join(tmpdir(), 'fovea-webgpu-'));
const config = tinyConfig();
const tiny = { config, weights: await randomWeights(dir, config) };
const refusal = await loadModel(tiny, { device: 'webgpu', graphsFor: broken }).then(
  () => null,
  (error: unknown) => FoveaError.from(error).toWire(),
);
const sound = await loadModel(tiny, { device: 'webgpu' });
await sound.dispose();
rmSync(dir, { recursive: true });
process.stdout.write(`${JSON.stringify({ device, selfCheck, errors, refusal })}\n`);
