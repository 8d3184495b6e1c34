/** What a training job is asked, for tests of everything around the training itself. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { TrainJobParams } from '../../src-main/jobs/train/params.ts';
import { trainingDataSchema, type TrainingRunSettings } from '../../src-shared/contract/training.ts';
import { testPreset } from './project.ts';
import { temporaryDir } from './temporary-dir.ts';
import { testSettings } from './training.ts';

/** A model folder with nothing in it but a config.json: for engines and trainers that do not look. */
export function testTrainParams(t: TestContext, settings: Partial<TrainingRunSettings>): TrainJobParams {
  const dir = temporaryDir(t);
  writeFileSync(join(dir, 'config.json'), '{}');
  return {
    model: { dir, device: 'cpu' },
    preset: testPreset,
    fresh: { k: 1, t: 2 },
    parent: null,
    data: trainingDataSchema.parse({ labels: 'mixed', heldOut: 0.3, seed: 3 }),
    settings: { ...testSettings, ...settings },
    name: null,
    truth: false,
    environment: { fovea: '0', node: '24', onnxruntime: '1', platform: 'linux', cpu: 'one' },
  };
}
