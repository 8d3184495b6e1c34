import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { PredictRequest } from '../../../src-main/engine/protocol.ts';
import { labelPreview } from '../../../src-main/jobs/label/preview.ts';
import { runLabelJob } from '../../../src-main/jobs/label/label.ts';
import { addGoOnJob } from '../../../src-main/jobs/queue/go-on.ts';
import { startJobQueue } from '../../../src-main/jobs/queue/queue.ts';
import { predictParams } from '../../../src-main/jobs/predict/plan.ts';
import { addPredictJob, runPredictJob } from '../../../src-main/jobs/predict/predict.ts';
import type { JobHooks } from '../../../src-main/jobs/lease/held-job.ts';
import { write } from '../../../src-main/store/db.ts';
import { getJob } from '../../../src-main/store/jobs/job.ts';
import { getPredictionMaps, predictionsOfSample } from '../../../src-main/store/predictions/prediction.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { activeRunId, overlaysOfRun } from '../../../src-main/store/runs/run.ts';
import { shownRun } from '../../../src-main/store/shown/sample-run.ts';
import { takeBackRun } from '../../../src-main/store/shown/run-shown.ts';
import { DEMO_CHECKPOINT } from '../../support/demo.ts';
import { featureProject, TEXTS } from '../../support/feature-project.ts';
import { fakeEngine, fakeFeatures, fakeOutcome, fakePrediction } from '../../support/fake-engine.ts';
import { twoRpns } from '../../support/other-rpn.ts';
import { testPreset } from '../../support/project.ts';
import { writePng } from '../../support/scenes.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const folders = await twoRpns(DEMO_CHECKPOINT, temporaryDir({ after: (end) => test.after(end) }));
const LABEL = {
  model: { dir: folders.base, rpnDir: folders.rpn, device: 'auto' },
  preset: testPreset,
  answerMode: 'self',
  limit: null,
} as const;

/** Four samples labelled as run 1 with the base and its RPN; the first is accepted. */
async function setUp(t: TestContext, onPredict?: (request: PredictRequest) => void) {
  const { project, at } = await featureProject(t);
  const engine = fakeEngine(undefined, onPredict);
  await runLabelJob(project, engine, LABEL);
  submitReview(
    project.db,
    { sampleId: 1, predictionId: null, decision: 'accept', label: null, reviewer: 'ann', note: null },
    undefined,
  );
  const params = (rpnDir = folders.other, show = false) =>
    predictParams(project, { rpnDir, runId: null, show, budgetBytes: null });
  const run = (hooks: JobHooks = {}, rpnDir?: string, show?: boolean) =>
    runPredictJob(project, engine, params(rpnDir, show), hooks);
  const shown = () => [1, 2, 3, 4].map((id) => shownRun(project.db, id));
  return { project, at, engine, params, run, shown };
}

test('what another RPN says is a run of its own, beside the answers, maps and labels that are there', async (t) => {
  const { project, engine, run, shown } = await setUp(t);
  const report = await run();
  const { runId, done, failed, skipped, computed } = report;
  assert.deepEqual([runId, done, failed, skipped, computed], [2, 4, 0, 0, 4]);
  assert.deepEqual(overlaysOfRun(project.db, 2), { rpnDir: folders.other });
  for (const [i, text] of TEXTS.entries()) {
    const [first, second] = predictionsOfSample(project.db, i + 1);
    assert.ok(first && second);
    assert.equal(second.runId, 2);
    const expected = fakePrediction({
      model: { dir: folders.base, rpnDir: folders.other, device: 'auto' },
      preset: testPreset,
      features: fakeFeatures(text),
    });
    assert.deepEqual(getPredictionMaps(project.db, second.id), {
      ...fakeOutcome(text).maps,
      rpn: expected.rpn,
    });
    const { answer, label, dropped, grid, transform, boxes } = first;
    assert.deepEqual(second, {
      ...second,
      answer,
      label,
      dropped,
      grid,
      transform,
      boxes: { ...boxes, rpn: expected.boxes },
      // Nobody looked at the new crop.
      secondStage: null,
    });
  }
  assert.deepEqual([shown(), activeRunId(project.db)], [[1, 1, 1, 1], 1], 'nothing changes on screen');
  assert.ok(engine.featured.every(({ layer, model }) => layer === 1 && model.rpnDir === folders.other));
  assert.equal(engine.asked.length, 4, 'nothing was labelled anew');

  const again = await run();
  assert.deepEqual([again.runId, again.done, again.skipped], [2, 0, 4], 'there is nothing left to do');
});

test('features that are there serve every further RPN: the base model is not asked', async (t) => {
  const { engine, run } = await setUp(t);
  await run();
  const third = join(temporaryDir(t), 'third');
  cpSync(folders.other, third, { recursive: true });
  writeFileSync(join(third, 'note.json'), '{}');
  const report = await run({}, third);
  assert.deepEqual([report.runId, report.done, report.computed], [3, 4, 0]);
  assert.equal(engine.featured.length, 4);
});

test('shown where that is asked for: undecided samples only, and it can be taken back', async (t) => {
  const { project, run, shown } = await setUp(t);
  await run({}, undefined, true);
  assert.deepEqual([shown(), activeRunId(project.db)], [[1, 2, 2, 2], 2]);
  assert.equal(takeBackRun(project.db, 2).changed, 3);
  assert.deepEqual(shown(), [1, 1, 1, 1]);
});

test('stopped it keeps what it did, and goes on with the rest, in the queue too', async (t) => {
  const stop = new AbortController();
  const asked: PredictRequest[] = [];
  const { project, run, engine } = await setUp(t, (request) => {
    if (asked.push(request) === 3) stop.abort();
  });
  const report = await run({ signal: stop.signal });
  assert.deepEqual([report.done, report.cancelled], [2, true]);
  addGoOnJob(project, 2);
  const queue = startJobQueue(project, engine, { onProgress: () => {}, onSample: () => {} });
  await queue.idle();
  await queue.stop();
  assert.equal(asked.length, 5, 'two, the one that was stopped, and what was left');
  for (const id of [1, 2, 3, 4]) assert.equal(predictionsOfSample(project.db, id).length, 2);
});

test('labelling with that RPN is work of its own, and is announced as such', async (t) => {
  const { project, engine, run } = await setUp(t);
  await run();
  const wish = { ...LABEL, model: { ...LABEL.model, rpnDir: folders.other } };
  const { ready, toLabel } = await labelPreview(project, wish);
  assert.deepEqual([ready, toLabel], [0, 3], 'the accepted one aside');
  const report = await runLabelJob(project, engine, { ...wish, keepFeatures: undefined });
  assert.deepEqual([report.runId, report.done], [3, 4]);
});

test('queued for the backend’s worker it is done beside labelling', async (t) => {
  const { project, engine, params } = await setUp(t);
  const id = addPredictJob(project, params());
  const queue = startJobQueue(project, engine, { onProgress: () => {}, onSample: () => {} });
  await queue.idle();
  await queue.stop();
  const { state, done, total, type } = getJob(project.db, id);
  assert.deepEqual([type, state, done, total], ['predict', 'done', 4, 4]);
});

test('a replaced picture waits for a label of its own; lost maps and a dying engine fail their sample alone', async (t) => {
  const { project, at, engine, run } = await setUp(t, ({ features }) => {
    if (Buffer.compare(features, fakeFeatures('four')) === 0) throw new FoveaError('engine_died', 'gone');
  });
  await writePng(at('1.png'), 33);
  write(
    project.db,
    'DELETE FROM maps.map_set WHERE key = (SELECT maps_key FROM prediction WHERE sample_id = 2)',
  ).run();
  const report = await run();
  const failed = new Map(report.failures.map(({ sampleId, reason }) => [sampleId, reason]));
  assert.deepEqual([...failed.keys()], [1, 2, 3, 4]);
  assert.match(failed.get(1)!, /another picture/);
  assert.match(failed.get(2)!, /maps of this sample are lost/);
  assert.match(failed.get(4)!, /died 3 times/);
  await runLabelJob(project, engine, LABEL);
  const then = await run();
  assert.deepEqual([then.done, then.failures.map(({ sampleId }) => sampleId)], [3, [4]]);
});

test('what cannot be is refused with the way out, before anything is asked', async (t) => {
  const { project, engine, run } = await setUp(t);
  await assert.rejects(run({}, folders.rpn), { code: 'bad_input', message: /made with this RPN already/ });
  await assert.rejects(run({}, join(temporaryDir(t), 'none')), { code: 'not_found' });
  await assert.rejects(run({}, folders.base), { code: 'bad_checkpoint' });
  const wish = { rpnDir: folders.other, runId: 9, show: false, budgetBytes: null };
  await assert.rejects(runPredictJob(project, engine, predictParams(project, wish)), { code: 'not_found' });
  const { project: fresh } = await featureProject(t);
  assert.throws(() => predictParams(fresh, { ...wish, runId: null }), {
    code: 'bad_input',
    next: /fovea label/,
  });
  assert.deepEqual([engine.featured, engine.predicted], [[], []]);
});

test('a base that is another one by now is refused', async (t) => {
  const base = join(temporaryDir(t), 'base');
  cpSync(folders.base, base, { recursive: true });
  const { project, engine, run } = await setUp(t);
  // The same model from another folder: the same run.
  await runLabelJob(project, engine, { ...LABEL, model: { ...LABEL.model, dir: base } });
  writeFileSync(join(base, 'more.json'), '{}');
  await assert.rejects(run(), { code: 'bad_checkpoint', message: /no longer holds/ });
});
