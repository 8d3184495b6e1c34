/** A run's settings name its prompt: another prompt is another run, and what older versions made is known or marked. */
import assert from 'node:assert/strict';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { runLabelJob } from '../../../src-main/jobs/label/label.ts';
import type { LabelJobParams } from '../../../src-main/jobs/label/run.ts';
import { labelAnewParams, runPrompts } from '../../../src-main/jobs/label/run-prompts.ts';
import { read, write } from '../../../src-main/store/db.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { promptedRuns } from '../../../src-main/store/runs/prompt.ts';
import { reviewHistory, submitReview } from '../../../src-main/store/reviews/review.ts';
import { activeRunId, listRuns } from '../../../src-main/store/runs/run.ts';
import { sampleDetail } from '../../../src-main/store/shown/sample-detail.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { oracleCases } from '../../support/oracle.ts';
import { testPreset, testProject } from '../../support/project.ts';

const cases = [...(await oracleCases('llava')), ...(await oracleCases('qwen2_5_vl'))];

/** A project, and a copy of an oracle case's small files as its model. */
async function setUp(t: TestContext, name: string): Promise<{ project: Project; params: LabelJobParams }> {
  const project = await testProject(t, 4);
  const dir = join(project.path, '../model');
  const golden = cases.find((one) => one.name === name);
  assert.ok(golden);
  cpSync(golden.dir, dir, { recursive: true, filter: (path) => !path.endsWith('expected.safetensors') });
  const params = {
    model: { dir, device: 'auto' },
    preset: testPreset,
    answerMode: 'self',
    limit: null,
  } as const;
  return { project, params };
}

/** As if a version had made the runs that noted no prompt. */
function forgetPrompts({ db }: Project): void {
  write(db, `UPDATE run SET settings = json_remove(settings, '$.prompt')`).run();
}

const states = async (project: Project) =>
  (await runPrompts(project)).map(({ runId, state, shown, decided }) => [runId, state, shown, decided]);

test('a run notes its prompt; the same one goes on, another is a run of its own', async (t) => {
  const { project, params } = await setUp(t, 'llava-hf-twig');
  await runLabelJob(project, fakeEngine(), { ...params, limit: 2 });
  assert.equal(promptedRuns(project.db)[0]?.prompt?.kind, 'chat_template');
  assert.equal((await runLabelJob(project, fakeEngine(), params)).done, 2);
  assert.equal(listRuns(project.db).length, 1);
  assert.deepEqual(await states(project), [[1, 'same', 4, 0]]);

  // A .jinja file is no part of the model's fingerprint, and it is the processor's template.
  writeFileSync(
    join(params.model.dir, 'chat_template.jinja'),
    'Look: <image>{{ messages[0].content[1].text }}',
  );
  assert.deepEqual(await states(project), [[1, 'other', 4, 0]]);
  assert.equal((await runLabelJob(project, fakeEngine(), params)).done, 4);
  assert.equal(listRuns(project.db).length, 2);
  assert.deepEqual(await states(project), [
    [1, 'other', 0, 0],
    [2, 'same', 4, 0],
  ]);
});

test('runs of older versions: the wrong system line is known by the model, and labelled anew with decisions kept', async (t) => {
  const { project, params } = await setUp(t, 'llava-original-dot');
  await runLabelJob(project, fakeEngine(), params);
  forgetPrompts(project);
  const reviewed = sampleDetail(project.db, 2);
  const { id: predictionId, label } = reviewed.prediction!;
  const decision = {
    sampleId: 2,
    predictionId,
    decision: 'correct',
    label: new Uint8Array(label.length).fill(1),
    reviewer: 'ada',
    note: 'by hand',
  } as const;
  submitReview(project.db, decision, null);
  const before = reviewHistory(project.db, 2);
  assert.equal(before.length, 1);
  assert.deepEqual(await states(project), [[1, 'other', 4, 1]]);
  assert.deepEqual((await runPrompts(project))[0]?.kind, null);

  const report = await runLabelJob(project, fakeEngine(), labelAnewParams(project, 1));
  assert.deepEqual([report.runId, report.done, activeRunId(project.db)], [2, 4, 2]);
  assert.deepEqual(await states(project), [
    [1, 'other', 1, 1],
    [2, 'same', 3, 0],
  ]);
  assert.deepEqual(reviewHistory(project.db, 2), before);
  assert.equal(sampleDetail(project.db, 2).state, 'corrected');
  const old = read<{ n: number }>(project.db, 'SELECT COUNT(*) AS n FROM prediction WHERE run_id = 1').get();
  assert.equal(old?.n, 4, 'the old predictions stay');
});

test('a run of an older version that asked the very same goes on, and its prompt is noted', async (t) => {
  const { project, params } = await setUp(t, 'llava-hf-twig');
  await runLabelJob(project, fakeEngine(), { ...params, limit: 3 });
  forgetPrompts(project);
  assert.deepEqual(await states(project), [[1, 'same', 3, 0]]);
  const { runId, done } = await runLabelJob(project, fakeEngine(), params);
  assert.deepEqual([runId, done], [1, 1]);
  assert.equal(promptedRuns(project.db)[0]?.prompt?.kind, 'chat_template');
});

test('where it cannot be known it is said so: another model in the folder, or no folder', async (t) => {
  const { project, params } = await setUp(t, 'llava-original-dot');
  await runLabelJob(project, fakeEngine(), params);
  const { dir } = params.model;
  forgetPrompts(project);
  writeFileSync(join(dir, 'generation_config.json'), '{"max_length": 7}');
  assert.deepEqual(await states(project), [[1, 'unrecorded', 4, 0]]);
  rmSync(dir, { recursive: true });
  assert.deepEqual(await states(project), [[1, 'unrecorded', 4, 0]]);
  assert.throws(() => labelAnewParams(project, 9), { code: 'not_found' });
});

test('a run that noted its prompt is not marked while its folder is away', async (t) => {
  const { project, params } = await setUp(t, 'llava-original-dot');
  await runLabelJob(project, fakeEngine(), params);
  rmSync(params.model.dir, { recursive: true });
  assert.deepEqual(await states(project), [[1, 'unchecked', 4, 0]]);
});

test('weights and overlays of the run are asked again', async (t) => {
  const { project, params } = await setUp(t, 'llava-original-dot');
  const model = { ...params.model, precision: 'int4' } as const;
  await runLabelJob(project, fakeEngine(), { ...params, model });
  assert.deepEqual(labelAnewParams(project, 1), {
    ...params,
    model: { ...model, dir: params.model.dir },
    scope: null,
  });
});
