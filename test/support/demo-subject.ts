/** The demo model on the CPU as the pipeline sees it, its preset, and requests about its pictures. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCheckpoint } from '../../src-main/checkpoint/checkpoint.ts';
import type { Checkpoint } from '../../src-main/checkpoint/checkpoint.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import type { LoadedModel } from '../../src-main/runtime/index.ts';
import type { LabelRequest } from '../../src-main/engine/protocol.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import { DEMO_CHECKPOINT, DEMO_PROJECT_SCENES } from './demo.ts';

export interface DemoSubject {
  readonly model: LoadedModel;
  readonly checkpoint: Checkpoint;
}

export async function loadDemo(): Promise<DemoSubject> {
  const checkpoint = await openCheckpoint(DEMO_CHECKPOINT);
  return { checkpoint, model: await loadModel(checkpoint, { device: 'cpu', cpuThreads: 1 }) };
}

export const demoPreset: Preset = presetSchema.parse(
  JSON.parse(readFileSync(fileURLToPath(new URL('../../models/presets/demo.json', import.meta.url)), 'utf8')),
);

/** A request on one of the demo project's pictures that wants nothing but labels. */
export function demoRequest(
  golden: { image: string; text: string },
  changes: Partial<Omit<LabelRequest, 'model'>> = {},
): Omit<LabelRequest, 'model'> {
  return {
    preset: demoPreset,
    imagePath: join(DEMO_PROJECT_SCENES, golden.image),
    question: golden.text,
    answerMode: 'self',
    answer: null,
    want: { questionMap: false, rpn: false, secondStage: false, allHeadsOf: [] },
    ...changes,
  };
}
