/**
 * What is fuzzed: one damaged file at a time, taken in as Fovea takes it in; then the file is mended again. Checkpoints
 * go as far as anything does before weights are read.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { modelGraphs } from '../../../models/architectures/index.ts';
import { normalise, squareImage } from '../../../src-main/checkpoint/image/clip-processor.ts';
import { qwenPixels } from '../../../src-main/checkpoint/image/qwen-processor.ts';
import { memoryEstimate } from '../../../src-main/checkpoint/memory.ts';
import { openFolders, openModel } from '../../../src-main/checkpoint/open.ts';
import { ALL_FORMS } from '../../../src-main/checkpoint/quantised/encodings.ts';
import { planQuantised } from '../../../src-main/checkpoint/quantised/plan.ts';
import { buildPrompt } from '../../../src-main/checkpoint/prompt.ts';
import { ADAPTERS } from '../adapters.ts';
import { DEMO_CHECKPOINT } from '../demo.ts';
import { splitRpn, type SplitCheckpoint } from '../split-rpn.ts';
import { mutateJson, pick } from './mutate.ts';
import type { Random } from './mutate.ts';
import { imageTarget, importTarget } from './other-targets.ts';
import { damageHeader, splitInShards } from './weights.ts';

/** Damages something, lets Fovea take it in, mends it. Rejects with what Fovea threw; says what was damaged. */
export interface Target {
  readonly name: string;
  run(random: Random): Promise<void>;
}

const CASES = join(import.meta.dirname, '../../golden/oracle/cases');
const CHECKPOINTS = ['llava-hf-twig', 'llava-original-tower', 'qwen2_5-vl-enlarged'];
const PICTURE = { width: 40, height: 30, data: new Uint8Array(40 * 30 * 3).fill(90) };
const JSON_FILES = [
  'config.json',
  'config.json',
  'model.safetensors.index.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'preprocessor_config.json',
  'generation_config.json',
  'tower/config.json',
  'vision_tower/config.json',
  'vision_tower/preprocessor_config.json',
];
const WEIGHTS = [
  'model.safetensors',
  'tower/model.safetensors',
  'model-0.safetensors',
  'model-1.safetensors',
];

/** Targets working in `dir`, the heavy ones most often. */
export function fuzzTargets(dir: string): readonly Target[] {
  const checkpoints = [DEMO_CHECKPOINT, ...CHECKPOINTS.map((name) => join(CASES, name))].map((from, i) =>
    checkpointTarget(from, join(dir, `checkpoint-${i}`), i === 1),
  );
  const overlays = [DEMO_CHECKPOINT, join(CASES, 'qwen2_5-vl-enlarged')].map((merged, i) =>
    overlayTarget(merged, join(dir, `overlay-${i}`)),
  );
  return [
    ...checkpoints,
    ...checkpoints,
    ...checkpoints,
    ...overlays,
    ...overlays,
    adapterTarget(join(dir, 'adapter')),
    importTarget(dir),
    imageTarget(dir),
  ];
}

function checkpointTarget(from: string, dir: string, sharded: boolean): Target {
  cpSync(from, dir, { recursive: true });
  if (sharded) {
    splitInShards(dir);
    rmSync(join(dir, 'model.safetensors'));
  }
  const json = JSON_FILES.filter((file) => existsSync(join(dir, file)));
  const weights = WEIGHTS.filter((file) => existsSync(join(dir, file)));
  return {
    name: basename(from),
    run: (random) => withDamage(dir, random, random() < 0.4 ? weights : json, () => use(dir)),
  };
}

/** An RPN in a folder of its own, laid over its base: mostly the RPN's files are damaged, sometimes the base's config. */
function overlayTarget(merged: string, dir: string): Target {
  let split: SplitCheckpoint | null = null;
  return {
    name: `${basename(merged)} + rpn`,
    async run(random) {
      if (!split) {
        mkdirSync(dir);
        split = await splitRpn(merged, dir);
      }
      const { base, rpn } = split;
      const headers = random() < 0.5;
      const [where, file] = headers ? [rpn, WEIGHTS] : [random() < 0.8 ? rpn : base, ['config.json']];
      const present = file.filter((name) => existsSync(join(where, name)));
      await withDamage(where, random, present, () => use(base, rpn));
    },
  };
}

/** An adapter laid over its base: what PEFT wrote is damaged, file by file. */
function adapterTarget(dir: string): Target {
  cpSync(join(ADAPTERS, 'llava-patterns'), dir, { recursive: true });
  const base = join(CASES, 'llava-hf-v5-36');
  const files = ['adapter_config.json', 'adapter_config.json', 'adapter_model.safetensors'];
  return {
    name: 'llava-hf-v5-36 + adapter',
    run: (random) =>
      withDamage(dir, random, files, async () => {
        const checkpoint = await openFolders({ dir: base, adapterDir: dir });
        memoryEstimate(checkpoint);
        for (const form of ALL_FORMS) await planQuantised(checkpoint, form);
      }),
  };
}

/** Damages one of `files` while `body` runs. */
async function withDamage(
  dir: string,
  random: Random,
  files: readonly string[],
  body: () => Promise<void>,
): Promise<void> {
  const path = join(dir, pick(random, files));
  const whole = readFileSync(path);
  if (path.endsWith('.safetensors')) damageHeader(path, whole, random);
  else writeFileSync(path, mutateJson(whole.toString(), random));
  try {
    await body();
  } finally {
    writeFileSync(path, whole);
  }
}

/** Everything that happens to a checkpoint before its weights are read. */
async function use(dir: string, rpn: string | null = null): Promise<void> {
  const checkpoint = await openModel(dir, rpn);
  memoryEstimate(checkpoint);
  const { before, after } = buildPrompt(
    checkpoint.tokenizer,
    checkpoint.config.imageTokenId,
    'What is it? 什么',
  );
  checkpoint.tokenizer.decode([...before, ...after, 0, 1, 2, 300, 10 ** 6]);
  const graphs = modelGraphs(checkpoint);
  graphs.embed();
  graphs.vision();
  graphs.rpnBranch();
  graphs.decoder({ layers: graphs.layers, logits: 'last', taps: [0], hiddenOf: null });
  if ('minPixels' in checkpoint.preprocessor) qwenPixels(PICTURE, checkpoint.preprocessor);
  else normalise(squareImage(PICTURE, checkpoint.preprocessor), checkpoint.preprocessor);
}
