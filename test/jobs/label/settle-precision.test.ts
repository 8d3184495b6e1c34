/** `auto` in a project: a run has the precision that was really used and why, and what is stopped goes on with it. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { ChosenPrecision } from '../../../src-shared/contract/models.ts';
import { runLabelJob } from '../../../src-main/jobs/label/label.ts';
import { labelParams, type LabelWish } from '../../../src-main/jobs/label/params.ts';
import { labelPreview } from '../../../src-main/jobs/label/preview.ts';
import { getJobRecord, listJobs } from '../../../src-main/store/jobs/job.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { madeRuns } from '../../../src-main/store/runs/prompt.ts';
import { appResources } from '../../../src-main/app/resources.ts';
import { DEMO_PRESET } from '../../../src-main/jobs/presets/resources.ts';
import { fakeEngine, type FakeEngine } from '../../support/fake-engine.ts';
import { testProject } from '../../support/project.ts';

const resources = appResources();

async function setUp(t: TestContext): Promise<{ project: Project; wish: LabelWish }> {
  const project = await testProject(t, 4);
  const modelDir = join(project.path, '../model');
  mkdirSync(modelDir);
  writeFileSync(join(modelDir, 'config.json'), '{}');
  const wish = {
    modelDir,
    presetId: DEMO_PRESET,
    answerMode: 'self',
    limit: null,
    precision: 'auto',
  } as const;
  return { project, wish };
}

/** An engine that chooses so, and counts how often it was asked. */
function choosing(chosen: ChosenPrecision): FakeEngine & { times: number } {
  const engine = Object.assign(fakeEngine(), { times: 0 });
  engine.choosePrecision = async () => {
    engine.times++;
    return chosen;
  };
  return engine;
}

const int8 = { precision: 'int8', why: 'it is faster' } as const;
const asStored = { precision: 'as-stored', why: 'it is not' } as const;

test('a run is stored at the precision chosen, never at auto; its job says why', async (t) => {
  const { project, wish } = await setUp(t);
  const engine = choosing(int8);
  const params = await labelParams(project, engine, wish, resources);
  assert.equal(params.model.precision, 'int8');
  assert.equal((await labelPreview(project, params)).chosen, 'it is faster');
  const { jobId } = await runLabelJob(project, engine, params);
  assert.equal(madeRuns(project.db)[0]?.model.precision, 'int8');
  assert.ok(engine.asked.every(({ model }) => model.precision === 'int8'));
  assert.partialDeepStrictEqual(getJobRecord(project.db, jobId).params, {
    model: { precision: 'int8' },
    chosen: 'it is faster',
  });
  assert.equal(listJobs(project.db)[0]?.message, 'Precision auto is int8: it is faster');
});

test('labelling that goes on has the precision it began with, though another would be chosen now', async (t) => {
  const { project, wish } = await setUp(t);
  const first = await labelParams(project, choosing(int8), { ...wish, limit: 2 }, resources);
  await runLabelJob(project, fakeEngine(), first);
  const other = choosing(asStored);
  const next = await labelParams(project, other, wish, resources);
  assert.equal(other.times, 0);
  assert.equal(next.model.precision, 'int8');
  assert.equal(next.chosen, 'run 1 of this project began so');
  const report = await runLabelJob(project, fakeEngine(), next);
  assert.deepEqual([report.done, madeRuns(project.db).length], [2, 1]);
});

test('a precision that a person named binds nobody: auto chooses, and another model is chosen for anew', async (t) => {
  const { project, wish } = await setUp(t);
  const named = await labelParams(project, fakeEngine(), { ...wish, precision: 'int4' }, resources);
  assert.equal('chosen' in named, false);
  await runLabelJob(project, fakeEngine(), named);
  const engine = choosing(asStored);
  const params = await labelParams(project, engine, wish, resources);
  assert.deepEqual([params.model.precision, params.chosen], ['as-stored', 'it is not']);
  await runLabelJob(project, engine, params);
  assert.deepEqual(
    madeRuns(project.db).map(({ model }) => model.precision),
    ['int4', 'as-stored'],
  );
  writeFileSync(join(String(wish.modelDir), 'config.json'), '{"another": true}');
  await labelParams(project, engine, wish, resources);
  assert.equal(engine.times, 2);
});
