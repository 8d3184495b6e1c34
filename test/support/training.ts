/** Training runs and RPN versions for tests, by the store alone. */
import type { WritableDb } from '../../src-main/store/db.ts';
import { addRpn } from '../../src-main/store/training/rpn.ts';
import { addTrainingRun } from '../../src-main/store/training/training-run.ts';
import { putTrainingSamples } from '../../src-main/store/training/training-sample.ts';
import {
  type TrainingRunSettings,
  type TrainingSample,
  trainingDataSchema,
} from '../../src-shared/contract/training.ts';

export const testSettings: TrainingRunSettings = {
  loss: 'bce',
  learningRate: 1e-4,
  betas: [0.9, 0.98],
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: 1,
  warmup: 0.03,
  steps: 10,
  batch: 2,
  measureEvery: 5,
  device: 'cpu',
  cpuThreads: 1,
};

/** A training run on pseudo-labels, nothing chosen yet. */
export function testTrainingRun(db: WritableDb, parentRpnId: number | null = null): number {
  return addTrainingRun(db, {
    jobId: null,
    parentRpnId,
    baseFingerprint: 'base',
    data: trainingDataSchema.parse({ labels: 'pseudo' }),
    settings: testSettings,
    seed: 1,
    environment: { fovea: '0', node: '24', onnxruntime: '1', platform: 'linux', cpu: 'one' },
  });
}

/** A training run with these samples in its list. */
export function frozen(
  db: WritableDb,
  sampleIds: readonly number[],
  more: Partial<TrainingSample> = {},
): number {
  const runId = testTrainingRun(db);
  const row = {
    part: 'train',
    kind: 'pseudo',
    pictureGroup: 1,
    predictionId: 1,
    reviewId: null,
    labelSha256: new Uint8Array(32),
    weight: 1,
  } as const;
  putTrainingSamples(
    db,
    runId,
    sampleIds.map((sampleId) => ({ ...row, ...more, sampleId })),
  );
  return runId;
}

/** A version of the base model `base`, without a folder. */
export function testRpn(db: WritableDb, name: string, parentId: number | null = null, base = 'base'): number {
  return addRpn(db, {
    name,
    source: 'imported',
    parentId,
    baseFingerprint: base,
    k: 2,
    t: 1,
    config: { twig_K: 2 },
    weightsSha256: new Uint8Array(32).fill(name.length),
    metrics: null,
  });
}
