import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Job } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type CheckpointRules, SD_RPN_RULES } from '../../../src-shared/contract/rules.ts';
import type { ModelInfo, ModelRef } from '../../../src-main/engine/protocol.ts';
import { type LabelReport, runLabelJob } from '../../../src-main/jobs/label/label.ts';
import type { LabelJobParams } from '../../../src-main/jobs/label/run.ts';
import { startJobQueue } from '../../../src-main/jobs/queue/queue.ts';
import { thisProcess } from '../../../src-main/jobs/lease/process-id.ts';
import { read, write } from '../../../src-main/store/db.ts';
import {
  addJob,
  claimJob,
  getJob,
  heartbeat,
  listJobs,
  requestCancel,
} from '../../../src-main/store/jobs/job.ts';
import { hardlyWait } from '../../../src-main/store/patience.ts';
import { getPrediction, getPredictionMaps } from '../../../src-main/store/predictions/prediction.ts';
import { openProject, type Project } from '../../../src-main/store/file/project.ts';
import { latestReview, submitReview } from '../../../src-main/store/reviews/review.ts';
import { listRuns } from '../../../src-main/store/runs/run.ts';
import { projectSummary } from '../../../src-main/store/dashboard/summary.ts';
import { type FakeBehaviour, fakeEngine, fakeOutcome } from '../../support/fake-engine.ts';
import { testPreset, testProject } from '../../support/project.ts';

async function setUp(t: TestContext, samples = 5): Promise<{ project: Project; params: LabelJobParams }> {
  const project = await testProject(t, samples);
  const dir = join(project.path, '../model');
  mkdirSync(dir);
  writeFileSync(join(dir, 'config.json'), '{}');
  const params = {
    model: { dir, device: 'auto' },
    preset: testPreset,
    answerMode: 'self',
    limit: null,
  } as const;
  return { project, params };
}

const counts = ({ done, failed, skipped }: LabelReport): number[] => [done, failed, skipped];
const predictions = (project: Project): { sample_id: number; n: number }[] =>
  read<{ sample_id: number; n: number }>(
    project.db,
    'SELECT sample_id, COUNT(*) AS n FROM prediction GROUP BY sample_id',
  ).all();

test('labels every sample with what the engine found, then has nothing left to do', async (t) => {
  const { project, params } = await setUp(t);
  const seen: Job[] = [];
  const samples: number[] = [];
  const report = await runLabelJob(project, fakeEngine(), params, {
    onProgress: (job) => seen.push(job),
    onSample: (id) => samples.push(id),
  });
  assert.deepEqual(counts(report), [5, 0, 0]);
  // Several are in flight.
  assert.deepEqual(samples.sort(), [1, 2, 3, 4, 5]);
  assert.deepEqual(
    seen.map((job) => [job.state, job.done, job.total]),
    [['running', 0, 5], ...[1, 2, 3, 4, 5].map((n) => ['running', n, 5]), ['done', 5, 5]],
  );
  const row = read<{ id: number; question: string }>(
    project.db,
    'SELECT p.id, s.question FROM prediction p JOIN sample s ON s.id = p.sample_id WHERE s.id = 3',
  ).get()!;
  const expected = fakeOutcome(row.question);
  assert.deepEqual(getPredictionMaps(project.db, row.id), expected.maps);
  const { prediction } = getPrediction(project.db, row.id);
  assert.deepEqual(new Int8Array(prediction.label.buffer), expected.labels);
  assert.deepEqual(prediction.boxes, expected.boxes);
  assert.deepEqual(prediction.dropped, expected.dropped);
  assert.deepEqual(prediction.secondStage, expected.secondStage);

  assert.equal(report.oneAtATime, null);
  assert.equal(getJob(project.db, report.jobId).message, null);
  const again = await runLabelJob(project, fakeEngine(), params);
  assert.deepEqual(counts(again), [0, 0, 5]);
  assert.equal(listRuns(project.db).length, 1);
  assert.equal(projectSummary(project.db, project.path).byState.pending, 5);
});

test('a limit labels so many more; another preset or answer mode is another run', async (t) => {
  const { project, params } = await setUp(t);
  assert.deepEqual(counts(await runLabelJob(project, fakeEngine(), { ...params, limit: 2 })), [2, 0, 0]);
  assert.deepEqual(counts(await runLabelJob(project, fakeEngine(), { ...params, limit: 2 })), [2, 0, 2]);
  const other = { ...params, preset: { ...testPreset, maxNewTokens: 8 } };
  assert.deepEqual(counts(await runLabelJob(project, fakeEngine(), other)), [5, 0, 0]);
  assert.equal(listRuns(project.db).length, 2);
});

test('the truth reaches the engine in teacher mode only, and samples without one are skipped', async (t) => {
  const { project, params } = await setUp(t);
  const engine = fakeEngine();
  await runLabelJob(project, engine, params);
  assert.ok(engine.asked.every((request) => request.answer === null));
  assert.ok(!JSON.stringify(engine.asked).includes('réponse'));
  const teacher = fakeEngine();
  const report = await runLabelJob(project, teacher, { ...params, answerMode: 'teacher' });
  assert.deepEqual([...counts(report), report.unanswered], [3, 0, 2, 2]);
  assert.match(getJob(project.db, report.jobId).message ?? '', /^2 samples have no answer of the data/);
  assert.deepEqual(
    teacher.asked.map((request) => request.answer),
    ['réponse 1', 'réponse 3', 'réponse 5'],
  );
});

test('answers of the data cannot be fed where no sample has one: said before the model is loaded', async (t) => {
  const { project, params } = await setUp(t);
  write(project.db, 'UPDATE sample SET reference_answer = NULL').run();
  const teacher = fakeEngine();
  const model = { ...params.model, dir: join(project.path, 'no-model') };
  await assert.rejects(runLabelJob(project, teacher, { ...params, model, answerMode: 'teacher' }), {
    code: 'bad_input',
    message: /no sample has a given answer/,
  });
  assert.equal(teacher.asked.length, 0);
  assert.equal((await runLabelJob(project, fakeEngine(), params)).unanswered, 0);
});

test('a corrected answer is fed again where nobody decided on the label of the former one', async (t) => {
  const { project, params } = await setUp(t);
  const teacher = { ...params, answerMode: 'teacher' } as const;
  const echo = (): ReturnType<typeof fakeEngine> => {
    const engine = fakeEngine();
    const label: typeof engine.label = async (request, signal) => ({
      ...(await engine.label(request, signal)),
      answer: request.answer?.trim() ?? '',
    });
    return { ...engine, label };
  };
  assert.deepEqual(counts(await runLabelJob(project, echo(), teacher)), [3, 0, 2]);
  assert.deepEqual(counts(await runLabelJob(project, echo(), teacher)), [0, 0, 5]);
  const accept = read<{ id: number; label: Uint8Array }>(
    project.db,
    'SELECT id, label FROM prediction WHERE sample_id = 1',
  ).get()!;
  const review = { sampleId: 1, predictionId: accept.id, label: null, reviewer: 'ann', note: null };
  submitReview(project.db, { ...review, decision: 'accept' }, undefined);
  write(project.db, "UPDATE sample SET reference_answer = ' neu ' WHERE id IN (1, 3)").run();
  const again = echo();
  assert.deepEqual(counts(await runLabelJob(project, again, teacher)), [1, 0, 4]);
  assert.deepEqual(
    again.asked.map((request) => request.answer),
    [' neu '],
  );
  assert.deepEqual(counts(await runLabelJob(project, echo(), teacher)), [0, 0, 5]);
});

test('a bad picture fails its sample with one line; the job goes on and tries it again next time', async (t) => {
  const { project, params } = await setUp(t);
  const engine = fakeEngine(({ imagePath }) => {
    if (imagePath.endsWith('2.png'))
      throw new FoveaError('bad_image', 'truncated\nPNG', { where: imagePath, next: 'Replace it' });
  });
  const report = await runLabelJob(project, engine, params);
  assert.deepEqual(counts(report), [4, 1, 0]);
  assert.equal(report.failures[0].sampleId, 2);
  assert.match(report.failures[0].reason, /^truncated PNG \(.*2\.png\)\. Replace it$/);
  assert.deepEqual(counts(await runLabelJob(project, fakeEngine(), params)), [1, 0, 4]);
});

test('the engine may die: the sample is tried again, and left out after three deaths', async (t) => {
  const { project, params } = await setUp(t);
  const died = new Map<string, number>();
  const die = (question: string, times: number): void => {
    const n = (died.get(question) ?? 0) + 1;
    died.set(question, n);
    if (n <= times) throw new FoveaError('engine_died', 'the engine died');
  };
  const engine = fakeEngine(({ question }) => {
    if (question.includes('n° 2 ')) die(question, 2);
    if (question.includes('n° 4 ')) die(question, 99);
  });
  const report = await runLabelJob(project, engine, params);
  assert.deepEqual(counts(report), [4, 1, 0]);
  assert.deepEqual(report.failures, [{ sampleId: 4, reason: 'the engine died 3 times on this sample' }]);
});

test('an engine that dies on everything fails the job instead of every sample', async (t) => {
  const { project, params } = await setUp(t, 20);
  const engine = fakeEngine(() => {
    throw new FoveaError('engine_died', 'the engine died');
  });
  await assert.rejects(runLabelJob(project, engine, { ...params, inFlight: 1 }), { code: 'engine_died' });
  assert.equal(engine.asked.length, 9);
  assert.equal(listJobs(project.db)[0].state, 'failed');
});

for (const code of ['missing_tensor', 'device_disagrees', 'no_space'] as const) {
  test(`${code} stops the job, which says so and can be continued`, async (t) => {
    const { project, params } = await setUp(t);
    let calls = 0;
    const engine = fakeEngine(() => {
      if (++calls === 3) throw new FoveaError(code, 'no good');
    });
    await assert.rejects(runLabelJob(project, engine, params), { code });
    const job = listJobs(project.db)[0];
    assert.deepEqual([job.state, job.done, job.failed, job.message], ['failed', 2, 0, 'no good']);
    assert.deepEqual(counts(await runLabelJob(project, fakeEngine(), params)), [3, 0, 2]);
  });
}

test('a full disk stops the job, loses nothing saved, and the rest is done once there is room', async (t) => {
  const { project, params } = await setUp(t, 60);
  const engine = fakeEngine();
  await runLabelJob(project, engine, { ...params, limit: 5 });
  const pages = project.db.pragma('page_count', { simple: true }) as number;
  project.db.pragma(`max_page_count = ${pages + 3}`);
  await assert.rejects(runLabelJob(project, engine, params), { code: 'no_space' });
  const before = predictions(project).length;
  assert.ok(before >= 5 && before < 60);
  assert.throws(
    () =>
      submitReview(
        project.db,
        {
          sampleId: 60,
          predictionId: null,
          decision: 'reject',
          label: null,
          reviewer: 'a',
          note: 'x'.repeat(9000),
        },
        null,
      ),
    { code: 'no_space' },
  );
  assert.equal(latestReview(project.db, 60), null);
  project.db.pragma('max_page_count = 1000000');
  const report = await runLabelJob(project, engine, params);
  assert.equal(report.done, 60 - before);
});

test('another program that writes between two samples is waited for, also where a picture is looked at', async (t) => {
  const { project, params } = await setUp(t, 3);
  hardlyWait(project.db);
  const other = openProject(project.path);
  t.after(() => other.close());
  const onSample = (id: number): void => {
    if (id !== 1) return;
    other.db.exec('BEGIN IMMEDIATE');
    setTimeout(() => other.db.exec('COMMIT'), 150);
  };
  assert.deepEqual(counts(await runLabelJob(project, fakeEngine(), params, { onSample })), [3, 0, 0]);
});

test('an abort cancels; one that releases leaves the job to the next start', async (t) => {
  const { project, params } = await setUp(t);
  const abortAt = (n: number): [AbortSignal, FakeBehaviour] => {
    const controller = new AbortController();
    let calls = 0;
    return [controller.signal, () => void (++calls === n && controller.abort())];
  };
  const [first, stopFirst] = abortAt(2);
  const cancelled = await runLabelJob(project, fakeEngine(stopFirst), params, { signal: first });
  assert.deepEqual([cancelled.done, cancelled.cancelled], [1, true]);
  assert.equal(getJob(project.db, cancelled.jobId).state, 'cancelled');
  const [second, stopSecond] = abortAt(2);
  const released = await runLabelJob(project, fakeEngine(stopSecond), params, {
    signal: second,
    onAbort: 'release',
  });
  assert.equal(getJob(project.db, released.jobId).state, 'queued');
  const queue = startJobQueue(project, fakeEngine(), { onProgress() {}, onSample() {} });
  await queue.idle();
  await queue.stop();
  assert.deepEqual(
    [getJob(project.db, released.jobId).state, getJob(project.db, released.jobId).done],
    ['done', 4],
  );
  assert.deepEqual(
    predictions(project).map((row) => row.n),
    [1, 1, 1, 1, 1],
  );
});

test('anyone can cancel through the project; a job nobody holds ends at once', async (t) => {
  const { project, params } = await setUp(t);
  const engine = fakeEngine(() => {
    const [job] = listJobs(project.db);
    if (job.done === 1) requestCancel(project.db, job.id);
  });
  const report = await runLabelJob(project, engine, { ...params, inFlight: 1 });
  assert.deepEqual([report.done, report.cancelled], [2, true]);
  const id = addJob(project.db, 'label', null, params);
  requestCancel(project.db, id);
  assert.equal(getJob(project.db, id).state, 'cancelled');
});

test('a second process is refused while the first lives, and takes over when it is gone', async (t) => {
  const { project, params } = await setUp(t);
  const other = openProject(project.path);
  t.after(() => other.close());
  let refused: unknown;
  const engine = fakeEngine(async () => {
    refused ??= await runLabelJob(other, fakeEngine(), params).catch((error: unknown) => error);
  });
  await runLabelJob(project, engine, { ...params, limit: 2 });
  assert.equal((refused as FoveaError).code, 'project_busy');

  const gone = { ...thisProcess(), pid: 2 ** 22 + 1 };
  const id = addJob(project.db, 'label', listRuns(project.db)[0].id, params);
  assert.ok(claimJob(project.db, id, gone, () => false));
  const report = await runLabelJob(other, fakeEngine(), params);
  assert.deepEqual(counts(report), [3, 0, 2]);
  assert.match(getJob(project.db, id).message!, /interrupted; job \d+ went on/);
});

test('a holder that lost its lease writes nothing more', async (t) => {
  const { project, params } = await setUp(t);
  const engine = fakeEngine(() => {
    write(project.db, "UPDATE job SET lease_token = 'stolen'").run();
  });
  await assert.rejects(runLabelJob(project, engine, params), { code: 'project_busy' });
  assert.deepEqual(predictions(project), []);
  assert.throws(() => heartbeat(project.db, { jobId: 1, token: 'mine' }), { code: 'project_busy' });
});

test('a batch run never touches decisions, and lost maps are computed again', async (t) => {
  const { project, params } = await setUp(t);
  await runLabelJob(project, fakeEngine(), params);
  const label = new Uint8Array(20).fill(1);
  submitReview(
    project.db,
    { sampleId: 1, predictionId: null, decision: 'correct', label, reviewer: 'ann', note: null },
    null,
  );
  const decided = latestReview(project.db, 1);
  project.close();
  rmSync(join(project.path, 'maps.db'));
  const reopened = openProject(project.path);
  t.after(() => reopened.close());
  assert.equal(reopened.mapsRecreated, true);
  assert.deepEqual(counts(await runLabelJob(reopened, fakeEngine(), params)), [5, 0, 0]);
  assert.deepEqual(latestReview(reopened.db, 1), decided);
  assert.ok(getPredictionMaps(reopened.db, decided!.predictionId!));
  const other = { ...params, preset: { ...testPreset, maxNewTokens: 8 } };
  await runLabelJob(reopened, fakeEngine(), other);
  assert.deepEqual(latestReview(reopened.db, 1), decided);
  assert.deepEqual(projectSummary(reopened.db, '').byState, {
    unlabelled: 0,
    pending: 4,
    accepted: 0,
    corrected: 1,
    rejected: 0,
  });
});

test('a checkpoint’s RPN is asked whatever branch the preset was made for', async (t) => {
  const { project, params } = await setUp(t, 1);
  const engine = fakeEngine();
  await runLabelJob(project, engine, { ...params, preset: { ...testPreset, rpn: null } });
  assert.deepEqual(
    engine.asked.map(({ want }) => want.rpn),
    [true],
  );
});

test('a run stores whose rules read its maps, and by other rules it is another run', async (t) => {
  const { project, params } = await setUp(t, 1);
  const roi = { variant: 'qwen', form: 'mask', threshold: 0.1 } as const;
  const preset = { ...testPreset, family: 'qwen2_5_vl' as const, roi };
  const labelledBy = async (rules: CheckpointRules) => {
    const fake = fakeEngine();
    const modelInfo = async (model: ModelRef) => ({ ...(await fake.modelInfo(model)), rules });
    const { runId } = await runLabelJob(project, { ...fake, modelInfo }, { ...params, preset });
    return { runId, asked: fake.asked.map((request) => request.preset.roi.rules) };
  };
  const plain = await labelledBy(SD_RPN_RULES);
  const qzoom = await labelledBy({ name: 'q-zoom', cropPositions: 'own' });
  assert.deepEqual([plain.asked, qzoom.asked], [[undefined], ['q-zoom']]);
  assert.notEqual(qzoom.runId, plain.runId);
  const rules = new Map(
    listRuns(project.db).map((run): [number | null, unknown] => [run.id, run.preset.roi.rules]),
  );
  assert.deepEqual([rules.get(plain.runId), rules.get(qzoom.runId)], [undefined, 'q-zoom']);
  assert.equal((await labelledBy(SD_RPN_RULES)).runId, plain.runId);
});

test('11-C21: a job cancelled while its model loads is cancelled, not failed, and stores nothing', async (t) => {
  const { project, params } = await setUp(t);
  const stop = new AbortController();
  const fake = fakeEngine();
  const modelInfo = (_: ModelRef, signal?: AbortSignal): Promise<ModelInfo> =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new FoveaError('cancelled', 'stopped')));
      stop.abort();
    });
  const report = await runLabelJob(project, { ...fake, modelInfo }, params, { signal: stop.signal });
  assert.deepEqual([report.cancelled, report.runId, report.done], [true, null, 0]);
  assert.equal(getJob(project.db, report.jobId).state, 'cancelled');
  assert.deepEqual(fake.asked, []);
});

test('a device that takes one sample at a time is named in the job and its report', async (t) => {
  const { project, params } = await setUp(t, 2);
  const fake = fakeEngine();
  const engine = {
    ...fake,
    modelInfo: async (model: ModelRef): Promise<ModelInfo> => ({
      ...(await fake.modelInfo(model)),
      device: 'webgpu',
      oneAtATime: 'webgpu computes something else when 3 samples decode together',
    }),
  };
  const report = await runLabelJob(project, engine, params);
  assert.deepEqual(counts(report), [2, 0, 0]);
  assert.match(report.oneAtATime ?? '', /^webgpu computes something else/);
  assert.match(getJob(project.db, report.jobId).message ?? '', /^One sample at a time: webgpu computes/);
});
