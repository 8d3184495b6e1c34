/**
 * `npm run bench:evaluations [-- --json]`: how long the numbers of an evaluation of 100,000 stored results take, whole with all
 * slices (counted, at the first look of who opens the project, and at the next), and the samples behind its cells. Milliseconds, the median of five after one unmeasured; on this machine, never asserted.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { keepTable, keptTable } from '../../src-main/jobs/evaluate/kept-table.ts';
import { evaluationTable } from '../../src-main/jobs/evaluate/table.ts';
import { transact } from '../../src-main/store/db.ts';
import { cellSamples } from '../../src-main/store/evaluations/cells.ts';
import { addEvaluatedSamples, addEvaluation } from '../../src-main/store/evaluations/evaluation.ts';
import { putResult } from '../../src-main/store/evaluations/result.ts';
import { openProject, type Project } from '../../src-main/store/file/project.ts';
import { listSampleIds } from '../../src-main/store/samples/query.ts';
import { getSample } from '../../src-main/store/samples/sample.ts';
import { NO_FILTER } from '../../src-shared/contract/procedures.ts';
import { evaluationSettingsSchema, type Method } from '../../src-shared/contract/evaluation.ts';
import { seededRandom } from '../support/random.ts';
import { makeLargeProject } from './ui/large-project.ts';

const METHODS: readonly Method[] = ['alone', 'vicrop', 's2', 'denoised', 'rpn', 'truth'];
const SAMPLES = Math.ceil(100_000 / METHODS.length);
const ROUNDS = 5;

const { values } = parseArgs({ options: { json: { type: 'boolean' } } });
const dir = mkdtempSync(join(tmpdir(), 'fovea-bench-evaluations-'));
const path = join(dir, 'project');
try {
  await makeLargeProject(path, SAMPLES);
  const project = openProject(path);
  try {
    const id = fill(project);
    const found = {
      samples: SAMPLES,
      results: SAMPLES * METHODS.length,
      counted_ms: await median(() => evaluationTable(project.db, id)),
      first_look_ms: await firstLook(project, id),
      table_again_ms: await median(() => keptTable(project.db, id)),
      cell_ms: await median(() =>
        cellSamples(project.db, id, { method: 'rpn', which: 'right', slice: null }, 1000),
      ),
      sliced_cell_ms: await median(() =>
        cellSamples(
          project.db,
          id,
          { method: 'rpn', which: 'fixed', slice: { by: 'language', value: 'zh' } },
          1000,
        ),
      ),
    };
    if (values.json) process.stdout.write(`${JSON.stringify(found)}\n`);
    else for (const [name, value] of Object.entries(found)) console.log(name.padEnd(16), value);
  } finally {
    project.close();
  }
} finally {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}

function fill(project: Project): number {
  const { db } = project;
  const random = seededRandom(1);
  const settings = evaluationSettingsSchema.parse({
    methods: METHODS,
    filter: {},
    runId: 1,
    model: 'bench',
    fingerprint: 'bench',
    rpn: null,
    preset: 'bench',
    precision: 'as-stored',
    maxNewTokens: 16,
    version: '0.0.0',
    machine: { system: 'bench', processor: 'bench', cores: 1, memoryBytes: 1 },
  });
  const ids = listSampleIds(db, NO_FILTER, 0, SAMPLES);
  return transact(db, () => {
    const evaluationId = addEvaluation(db, settings);
    const samples = ids.map((sampleId) => ({ sampleId, sample: getSample(db, sampleId) }));
    addEvaluatedSamples(
      db,
      evaluationId,
      samples.map(({ sampleId, sample }, n) => ({
        sampleId,
        imageId: sample.imageId,
        scorer: 'exact',
        language: sample.language,
        dataset: n % 2 === 0 ? 'textvqa' : 'docvqa',
        tags: [`tag ${n % 5}`],
        size: ['small', 'medium', 'large'][n % 3]!,
        place: ['centre', 'border'][n % 2]!,
        length: ['one', 'few', 'many'][n % 3]!,
      })),
    );
    for (const { sampleId, sample } of samples)
      for (const method of METHODS)
        putResult(
          db,
          { evaluationId, imageId: sample.imageId, sampleId },
          {
            method,
            error: null,
            answer: 'an answer',
            score: random() < 0.4 ? 1 : 0,
            variant: null,
            crops: [[10, 10, 200, 200]],
            auc: random(),
            pointing: random() < 0.5 ? 1 : 0,
            coverage: random(),
            recall: random(),
            iou: random(),
            inside: random(),
            area: random(),
            sure: method === 'alone' ? random() : null,
            weakest: method === 'alone' ? random() : null,
            peak: method === 'rpn' ? random() : null,
            trained: null,
            times: { load: 3, vision: 5, prefill: 20, decode: 30, rpn: 2, other: 1 },
            visualTokens: 576,
            memoryBytes: null,
          },
        );
    return evaluationId;
  });
}

/** Of whoever opens the project: the table was kept when the evaluation ended. */
async function firstLook({ db, path }: Project, id: number): Promise<number> {
  await keepTable(db, id);
  const others = Array.from({ length: ROUNDS + 1 }, () => openProject(path));
  try {
    let next = 0;
    return await median(() => keptTable(others[next++]!.db, id));
  } finally {
    for (const other of others) other.close();
  }
}

async function median(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n <= ROUNDS; n++) {
    const begun = performance.now();
    await work();
    if (n > 0) times.push(performance.now() - begun);
  }
  return Math.round(times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]! * 10) / 10;
}
