import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { addGoOnJob } from '../../../src-main/jobs/queue/go-on.ts';
import { exportSource } from '../../../src-main/jobs/export/source.ts';
import { labelPreview } from '../../../src-main/jobs/label/preview.ts';
import type { LabelJobParams } from '../../../src-main/jobs/label/run.ts';
import { runLabelJob, workOnLabelJob } from '../../../src-main/jobs/label/label.ts';
import { isAlive, thisProcess } from '../../../src-main/jobs/lease/process-id.ts';
import { read } from '../../../src-main/store/db.ts';
import { claimJob, getJob } from '../../../src-main/store/jobs/job.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { runStandings } from '../../../src-main/store/shown/run-list.ts';
import { takeBackRun } from '../../../src-main/store/shown/run-shown.ts';
import { activeRunId } from '../../../src-main/store/runs/run.ts';
import { shownRun } from '../../../src-main/store/shown/sample-run.ts';
import { projectSummary } from '../../../src-main/store/dashboard/summary.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { addSamples, testPreset, testProject } from '../../support/project.ts';

const SAMPLES = 6;
const ids = Array.from({ length: SAMPLES }, (_, i) => i + 1);

/** A project that is labelled by run 1; `other` labels it with another preset. */
async function labelled(
  t: TestContext,
): Promise<{ project: Project; first: LabelJobParams; other: LabelJobParams }> {
  const project = await testProject(t, SAMPLES);
  const dir = join(project.path, '../model');
  mkdirSync(dir);
  writeFileSync(join(dir, 'config.json'), '{}');
  const first = {
    model: { dir, device: 'auto' },
    preset: testPreset,
    answerMode: 'self',
    limit: null,
  } as const;
  await runLabelJob(project, fakeEngine(), first);
  const preset = { ...testPreset, id: 'other', grounding: [{ layer: 0, heads: [1] }] };
  return { project, first, other: { ...first, preset } };
}

const shown = ({ db }: Project) => ids.map((id) => shownRun(db, id));
const accept = ({ db }: Project, sampleId: number) =>
  submitReview(
    db,
    { sampleId, predictionId: null, decision: 'accept', label: null, reviewer: 'ann', note: null },
    undefined,
  );

/** Stops after so many samples, as Cancel does. */
async function stopped(project: Project, params: LabelJobParams, after: number) {
  const stop = new AbortController();
  let done = 0;
  const onSample = () => ++done === after && stop.abort();
  return runLabelJob(project, fakeEngine(), { ...params, inFlight: 1 }, { signal: stop.signal, onSample });
}

test('every sample keeps its label until the new one is there, also after a cancel', async (t) => {
  const { project, other } = await labelled(t);
  const seen: (number | null)[][] = [];
  const states: number[] = [];
  const report = await runLabelJob(project, fakeEngine(), other, {
    onProgress: () => {
      seen.push(shown(project));
      states.push(projectSummary(project.db, project.path).byState.unlabelled!);
    },
  });
  assert.equal(report.runId, 2);
  assert.deepEqual(seen.slice(0, 3), [
    [1, 1, 1, 1, 1, 1],
    [2, 1, 1, 1, 1, 1],
    [2, 2, 1, 1, 1, 1],
  ]);
  assert.deepEqual(
    shown(project),
    ids.map(() => 2),
  );
  assert.deepEqual(new Set(states), new Set([0]), 'nothing is ever without a label');
});

test('a cancelled run leaves both in place, said in numbers; it goes on, or is taken back', async (t) => {
  const { project, other } = await labelled(t);
  assert.equal((await stopped(project, other, 2)).cancelled, true);
  assert.deepEqual(shown(project), [2, 2, 1, 1, 1, 1]);
  const exported = [...exportSource(project.db, project.path)].map(({ run, prediction }) => [
    run?.id,
    prediction !== null,
  ]);
  assert.deepEqual(
    exported,
    [2, 2, 1, 1, 1, 1].map((id) => [id, true]),
  );
  accept(project, 1);
  const of = (id: number) => runStandings(project).find(({ run }) => run.id === id)!;
  assert.deepEqual([of(2).shown, of(2).decided, of(2).canTakeBack, of(2).unfinished?.left], [2, 1, 1, 4]);
  assert.deepEqual([of(1).shown, of(1).unfinished], [4, null]);

  assert.deepEqual(takeBackRun(project.db, 2), { changed: 1, unlabelled: 0, decided: 1, unknown: 0 });
  assert.deepEqual([shown(project), activeRunId(project.db)], [[2, 1, 1, 1, 1, 1], 1]);

  const lease = claimJob(project.db, addGoOnJob(project, 2), thisProcess(), isAlive)!;
  const rest = await workOnLabelJob(project, fakeEngine(), lease, {});
  assert.deepEqual([rest.done, getJob(project.db, lease.jobId).state], [4, 'done']);
  assert.deepEqual(
    shown(project),
    ids.map(() => 2),
  );
  assert.throws(() => addGoOnJob(project, 2), { code: 'bad_input' });
  assert.throws(() => addGoOnJob(project, 9), { code: 'not_found' });
});

test('a job for some samples changes just those that nobody decided on; the active run stays', async (t) => {
  const { project, other } = await labelled(t);
  accept(project, 2);
  const scope = { filter: NO_FILTER, ids: [1, 2, 3], except: [3] };
  const report = await runLabelJob(project, fakeEngine(), { ...other, scope });
  assert.deepEqual([report.done, report.skipped], [1, 1]);
  assert.deepEqual([shown(project), activeRunId(project.db)], [[2, 1, 1, 1, 1, 1], 1]);
});

test('11-A9: labelling what is not labelled yet leaves the rest of a stopped run with its former labels', async (t) => {
  const { project, other } = await labelled(t);
  await stopped(project, other, 2);
  addSamples(project, SAMPLES + 1);
  const scope = { filter: { ...NO_FILTER, states: ['unlabelled' as const] }, ids: null, except: [] };
  const report = await runLabelJob(project, fakeEngine(), { ...other, scope });
  assert.equal(report.done, 1);
  const added = read<{ id: number }>(project.db, 'SELECT MAX(id) AS id FROM sample').get()!.id;
  assert.deepEqual([...shown(project), shownRun(project.db, added)], [2, 2, 1, 1, 1, 1, 2]);
});

test('what is decided on while a job is under way keeps the label it was decided on', async (t) => {
  const { project, other } = await labelled(t);
  await runLabelJob(project, fakeEngine(), other, {
    onSample: (id) => {
      if (id === 1) accept(project, 5);
    },
  });
  assert.deepEqual(shown(project), [2, 2, 2, 2, 1, 2]);
});

test('labels that are there already are shown at once, without the model', async (t) => {
  const { project, first, other } = await labelled(t);
  await runLabelJob(project, fakeEngine(), other);
  const engine = fakeEngine();
  const back = await runLabelJob(project, engine, first);
  assert.deepEqual([back.runId, back.done, engine.asked.length], [1, 0, 0]);
  assert.deepEqual(
    shown(project),
    ids.map(() => 1),
  );
  assert.equal(takeBackRun(project.db, 1).changed, SAMPLES);
  assert.deepEqual(
    shown(project),
    ids.map(() => 2),
  );
});

test('before it begins a job says whom it changes, what they show, and how long it takes', async (t) => {
  const { project, first, other } = await labelled(t);
  accept(project, 2);
  const preview = await labelPreview(project, other);
  assert.deepEqual(
    [preview.samples, preview.decided, preview.ready, preview.withoutAnswer, preview.toLabel],
    [6, 1, 0, 0, 5],
  );
  assert.deepEqual([preview.showing, preview.replaces], [[{ runId: 1, samples: 5 }], 5]);
  assert.equal(preview.preset.id, 'other');
  assert.ok(preview.pace!.secondsPerSample >= 0 && preview.pace!.samples === 6);

  const some = { filter: { ...NO_FILTER, languages: ['en'] }, ids: null, except: [] };
  assert.deepEqual((await labelPreview(project, { ...other, scope: some })).toLabel, 2);
  const again = await labelPreview(project, first);
  assert.deepEqual([again.ready, again.toLabel, again.replaces], [5, 0, 0]);
  const fed = await labelPreview(project, { ...other, answerMode: 'teacher' });
  assert.deepEqual([fed.withoutAnswer, fed.toLabel, fed.pace], [2, 3, null]);

  writeFileSync(join(first.model.dir, 'config.json'), '{ "another": true }');
  const changed = await labelPreview(project, first);
  assert.deepEqual([changed.ready, changed.pace], [0, null], 'another model has no labels here, and no pace');
});
