/**
 * What is fuzzed: one damaged file at a time, taken in as Fovea takes it in; then the file is mended again. Checkpoints
 * go as far as anything does before weights are read.
 */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { modelGraphs } from '../../../models/architectures/index.ts';
import { normalise, squareImage } from '../../../src-main/checkpoint/image/clip-processor.ts';
import { qwenPixels } from '../../../src-main/checkpoint/image/qwen-processor.ts';
import { memoryEstimate } from '../../../src-main/checkpoint/memory.ts';
import { openModel } from '../../../src-main/checkpoint/open.ts';
import { buildPrompt } from '../../../src-main/checkpoint/prompt.ts';
import { DEMO_CHECKPOINT } from '../demo.ts';
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
  return [...checkpoints, ...checkpoints, ...checkpoints, importTarget(dir), imageTarget(dir)];
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
    async run(random) {
      const headers = random() < 0.4;
      const path = join(dir, pick(random, headers ? weights : json));
      const whole = readFileSync(path);
      if (headers) damageHeader(path, whole, random);
      else writeFileSync(path, mutateJson(whole.toString(), random));
      try {
        await use(dir);
      } finally {
        writeFileSync(path, whole);
      }
    },
  };
}

/** Everything that happens to a checkpoint before its weights are read. */
async function use(dir: string): Promise<void> {
  const checkpoint = await openModel(dir);
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
