/** Temporary projects for tests: real files, made through the store itself. */
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { presetSchema, type Preset } from '../../src-shared/contract/preset.ts';
import { ensureImage } from '../../src-main/store/pictures/image.ts';
import { ensureModel } from '../../src-main/store/runs/model.ts';
import { putMaps } from '../../src-main/store/scores/maps.ts';
import { type NewPrediction, putPrediction } from '../../src-main/store/predictions/prediction.ts';
import { ensurePreset } from '../../src-main/store/runs/preset.ts';
import { createProject, type Project } from '../../src-main/store/file/project.ts';
import { ensureRoot } from '../../src-main/store/pictures/root.ts';
import { ensureRun, setActiveRun } from '../../src-main/store/runs/run.ts';
import { addSample } from '../../src-main/store/samples/sample.ts';
import { transact } from '../../src-main/store/db.ts';
import { temporaryDir } from './temporary-dir.ts';

export const testPreset: Preset = presetSchema.parse({
  id: 'test',
  name: 'Test',
  family: 'llava',
  grounding: [{ layer: 1, heads: [0] }],
  sink: null,
  rows: 'answer',
  labels: { variant: 'llava', sinkThresh: 1e-3, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 0.5 },
  roi: { variant: 'llava', form: 'bbox', threshold: 0.15 },
  rpn: { k: 1, t: 1 },
  maxNewTokens: 16,
});

/** A 2×3 prediction; `fg` is the cell that is foreground. */
export function testPrediction(fg = 0): NewPrediction {
  const labels = new Int8Array(6).fill(-100);
  labels[fg] = 1;
  labels[5] = 0;
  return {
    answer: 'forty-two',
    answerTokens: [4, 2],
    grid: [2, 3],
    transform: { scaleX: 0.1, scaleY: 0.1, offsetX: 0, offsetY: 0 },
    labels,
    dropped: null,
    boxes: { raw: [], denoised: [[0, 0, 10, 10]], rpn: [] },
    secondStage: { crop: [0, 0, 10, 10], from: 'rpn', answer: '42', skipped: null },
    timings: { total: 1 },
    device: 'cpu',
  };
}

/** A new project with `samples` samples, one picture each; no file of a picture exists. */
export async function testProject(t: TestContext, samples = 3): Promise<Project> {
  const project = await createProject(join(temporaryDir(t), 'project'), 'Test');
  t.after(() => project.close());
  addSamples(project, samples);
  return project;
}

/** Adds samples `q1`… to a project. */
export function addSamples(project: Project, samples: number): void {
  transact(project.db, () => {
    const rootId = ensureRoot(project.db, project.path, join(project.path, 'images'));
    for (let n = 1; n <= samples; n++) {
      const imageId = ensureImage(project.db, {
        rootId,
        path: `${n}.png`,
        bytes: 10,
        mtimeMs: 0,
        width: 30,
        height: 20,
      });
      addSample(project.db, {
        externalId: `q${n}`,
        imageId,
        question: `Quel est le code n° ${n} de l'École ?`,
        referenceAnswer: n % 2 ? `réponse ${n}` : null,
        truthBoxes: [[1, 2, 3, 4]],
        language: ['en', 'fr', 'zh'][n % 3],
        split: n % 2 ? 'train' : null,
        tags: ['t'],
      });
    }
  });
}

/** A run to put predictions under, made active. */
export function testRun(project: Project, fingerprint = 'f1'): number {
  const { db } = project;
  const modelId = ensureModel(db, { fingerprint, dir: '/models/test', name: 'test', family: 'llava' });
  const presetId = ensurePreset(db, testPreset);
  const runId = ensureRun(db, { modelId, presetId, settings: {}, answerMode: 'self' });
  setActiveRun(db, runId);
  return runId;
}

/** Stores a prediction with maps. */
export function predict(project: Project, runId: number, sampleId: number, found = testPrediction()): number {
  const { db } = project;
  const map = new Uint16Array(found.grid[0] * found.grid[1]).map((_, i) => 0x3000 + i);
  const { grid, transform } = found;
  const placed = { grid, transform, bits: map };
  const key = putMaps(db, { grounding: placed, sink: null, question: null, denoised: placed, rpn: placed });
  return transact(db, () => putPrediction(db, runId, sampleId, key, found));
}
