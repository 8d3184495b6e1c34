/**
 * Runs in a process of its own, over SwiftShader (swiftshader.ts): loads the oracle's case it is given on WebGPU, with
 * the precision, cache folder and largest buffer it is given, and prints its self-check and how far features and logits are off. One JSON line on
 * stdout.
 */
import { precisionSchema } from '../../src-shared/contract/models.ts';
import { openQwen } from '../../src-main/checkpoint/qwen/open.ts';
import { promptFor, promptParts } from '../../src-main/pipeline/subject/prompted.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { encodeImageFile } from '../../src-main/pipeline/subject/subject.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { expectedArray, oracleCases, relativeDifference } from './oracle.ts';

const [, , name, precision = 'as-stored', cacheFolder = '', maxBufferBytes] = process.argv;
const golden = (await oracleCases('qwen2_5_vl')).find((one) => one.name === name);
if (!golden) throw new Error(`no case ${name}`);
const checkpoint = await openQwen(golden.dir);
const model = await loadModel(checkpoint, {
  device: 'webgpu',
  precision: precisionSchema.parse(precision),
  cacheFolder,
  ...(maxBufferBytes === undefined ? {} : { maxBufferBytes: Number(maxBufferBytes) }),
});
const subject = { checkpoint, model };
const { features, placement } = await encodeImageFile(subject, golden.image, new Stopwatch());
const prompt = promptFor(subject, golden.question, placement.grid);
const k = model.profile.rpn?.k ?? 0;
// Asks for what the self-check asked for, so that its session serves.
const { logits, hidden } = await model.forward(model.newCache(), {
  parts: promptParts(prompt, features),
  taps: {
    heads: [{ layer: model.profile.layers - 1, heads: 'all' }],
    rows: [prompt.length - 1, prompt.length],
    keys: [0, prompt.length],
  },
  hiddenOf: k,
});
const rpn = await model.rpn(
  hidden ?? new Float32Array(0),
  [prompt.length - 1, prompt.length],
  prompt.visual,
  placement.grid,
);
const errors = {
  visual_features: relativeDifference(features, expectedArray(golden, 'visual_features')),
  logits: relativeDifference(logits ?? [], expectedArray(golden, 'logits')),
  layer_k: relativeDifference(hidden ?? [], expectedArray(golden, 'layer_k')),
  rpn_logits: relativeDifference(rpn, expectedArray(golden, 'rpn_logits')),
};
const { device } = model.profile;
const { selfCheck } = model.info;
await model.dispose();
process.stdout.write(`${JSON.stringify({ device, selfCheck, errors })}\n`);
