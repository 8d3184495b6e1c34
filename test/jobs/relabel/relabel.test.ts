import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { sampleFilterSchema } from '../../../src-shared/contract/procedures.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { rederive } from '../../../src-shared/kernels/labels/rederive.ts';
import { isAlive, thisProcess } from '../../../src-main/jobs/lease/process-id.ts';
import { derive } from '../../../src-main/jobs/relabel/item.ts';
import { previewChunk } from '../../../src-main/jobs/relabel/preview.ts';
import { targetPreset } from '../../../src-main/jobs/relabel/target.ts';
import {
  addRelabelJob,
  workOnRelabelJob,
  type RelabelParams,
} from '../../../src-main/jobs/relabel/relabel.ts';
import { read, write } from '../../../src-main/store/db.ts';
import { claimJob, getJob } from '../../../src-main/store/jobs/job.ts';
import { getPrediction, getPredictionMaps } from '../../../src-main/store/predictions/prediction.ts';
import { openProject, type Project } from '../../../src-main/store/file/project.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { candidatesAfter } from '../../../src-main/store/predictions/relabel.ts';
import { activeRunId, listRuns } from '../../../src-main/store/runs/run.ts';
import { takeBackRun } from '../../../src-main/store/shown/run-shown.ts';
import { sampleState } from '../../../src-main/store/samples/state.ts';
import { testProject } from '../../support/project.ts';
import {
  predictByMaps,
  randomMaps,
  relabelPreset,
  relabelRun,
  storedOf,
} from '../../support/relabel-project.ts';
import { seededRandom } from '../../support/random.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { demoProject } from '../../e2e/support/demo-project.ts';

const SEED = 2026;
const CHILD = join(import.meta.dirname, '../../support/relabel-child.ts');
const TIGHT: Preset = {
  ...relabelPreset,
  id: 'base.v2',
  name: 'Base, version 2',
  labels: { ...relabelPreset.labels, binaryCoff: 0.6, sinkThresh: 0.05 },
  roi: { ...relabelPreset.roi, threshold: 0.5 },
};
const ALL = sampleFilterSchema.parse({});

async function project(t: Parameters<typeof testProject>[0], samples: number) {
  const made = await testProject(t, samples);
  const runId = relabelRun(made);
  const ids = Array.from({ length: samples }, (_, i) => predictByMaps(made, runId, i + 1));
  return { project: made, runId, ids };
}

async function relabel(project: Project, params: RelabelParams) {
  const { jobId, runId } = addRelabelJob(project, params);
  const lease = claimJob(project.db, jobId, thisProcess(), isAlive)!;
  return { job: await workOnRelabelJob(project, lease, {}), runId };
}

/** What each sample shows: the prediction, its run and its label. */
function shown({ db }: Project) {
  const rows = read<{ sample_id: number; prediction_id: number | null }>(
    db,
    'SELECT sample_id, prediction_id FROM sample_state ORDER BY sample_id',
  ).all();
  return rows.map(({ prediction_id: id }) => (id === null ? null : getPrediction(db, id).prediction));
}

test('a project gets a run of its own that is what the thresholds give; the old one stays as it was', async (t) => {
  const { project: p, runId: from, ids } = await project(t, 20);
  const before = ids.map((id) => getPrediction(p.db, id));
  const { job, runId } = await relabel(p, { fromRunId: from, preset: TIGHT, filter: null });
  assert.deepEqual([job.state, job.total, job.done, job.failed, job.skipped], ['done', 20, 20, 0, 0]);
  assert.equal(activeRunId(p.db), runId);
  shown(p).forEach((prediction, i) => {
    const expected = rederive(storedOf(randomMaps(i + 1)), TIGHT.roi, TIGHT);
    assert.equal(prediction!.runId, runId);
    assert.deepEqual(new Int8Array(prediction!.label), expected.labels);
    assert.deepEqual(prediction!.dropped, expected.dropped);
    assert.deepEqual(prediction!.boxes, expected.boxes);
    assert.equal(prediction!.answer, `answer ${i + 1}`);
    assert.equal(prediction!.secondStage, null, 'another crop was not looked at');
    const maps = getPredictionMaps(p.db, prediction!.id)!;
    assert.deepEqual(maps.rpn, randomMaps(i + 1).rpn);
    assert.ok('relabel' in prediction!.timings);
  });
  assert.deepEqual(
    ids.map((id) => getPrediction(p.db, id)),
    before,
  );
  const back = takeBackRun(p.db, runId);
  assert.deepEqual([back, activeRunId(p.db)], [{ changed: 20, unlabelled: 0, decided: 0, unknown: 0 }, from]);
  assert.deepEqual(
    shown(p).map((prediction) => prediction!.id),
    ids,
  );
});

test('what a person decided on stays: decision, label and what is shown', async (t) => {
  const { project: p, runId: from, ids } = await project(t, 6);
  const review = { predictionId: null, label: null, reviewer: 'ann', note: null };
  const corrected = {
    ...review,
    label: new Uint8Array(getPrediction(p.db, ids[1]!).prediction.label.length),
  };
  submitReview(p.db, { ...corrected, sampleId: 2, decision: 'correct' }, null);
  submitReview(p.db, { ...review, sampleId: 3, decision: 'reject' }, null);
  submitReview(p.db, { ...corrected, sampleId: 4, decision: 'correct' }, null);
  submitReview(p.db, { ...review, sampleId: 4, decision: 'reset' }, undefined);
  const states = () => [2, 3].map((id) => sampleState(p.db, id));
  const before = states();
  const { job, runId } = await relabel(p, { fromRunId: from, preset: TIGHT, filter: null });
  assert.deepEqual([job.total, job.skipped], [4, 2]);
  assert.deepEqual(states(), before);
  assert.deepEqual(
    shown(p).map((prediction) => prediction!.runId),
    [runId, from, from, runId, runId, runId],
  );
  assert.equal(sampleState(p.db, 2)!.predictionId, ids[1]);
});

test('a filter changes its samples only, and undoing shows what was shown before', async (t) => {
  const { project: p, runId: from } = await project(t, 9);
  const filter = sampleFilterSchema.parse({ languages: ['en'] });
  const { job, runId } = await relabel(p, { fromRunId: from, preset: TIGHT, filter });
  assert.equal(job.total, 3);
  assert.equal(activeRunId(p.db), from);
  const english = [3, 6, 9];
  assert.deepEqual(
    shown(p).map((prediction) => prediction!.runId),
    Array.from({ length: 9 }, (_, i) => (english.includes(i + 1) ? runId : from)),
  );
  // The rest of the project follows later: what is done is not done again.
  const rest = await relabel(p, { fromRunId: from, preset: TIGHT, filter: null });
  assert.deepEqual([rest.runId, rest.job.total, rest.job.skipped], [runId, 6, 3]);
  assert.equal(activeRunId(p.db), runId);
  // Back to thresholds a run of the project has: its predictions are shown, not made anew.
  const back = await relabel(p, { fromRunId: runId, preset: relabelPreset, filter: null });
  assert.deepEqual([back.runId, activeRunId(p.db)], [from, from]);
  assert.equal(read<{ n: number }>(p.db, 'SELECT COUNT(*) AS n FROM prediction').get()!.n, 18);
});

test('a sample whose maps are lost fails with the reason, the others go on', async (t) => {
  const { project: p, runId: from } = await project(t, 3);
  write(p.db, 'DELETE FROM maps.map WHERE key = (SELECT maps_key FROM prediction WHERE sample_id = 2)').run();
  write(
    p.db,
    'DELETE FROM maps.map_set WHERE key = (SELECT maps_key FROM prediction WHERE sample_id = 2)',
  ).run();
  const { job, runId } = await relabel(p, { fromRunId: from, preset: TIGHT, filter: null });
  assert.deepEqual([job.state, job.done, job.failed], ['done', 2, 1]);
  assert.match(job.message!, /maps of this sample are lost/);
  assert.deepEqual(
    shown(p).map((prediction) => prediction!.runId),
    [runId, from, runId],
  );
});

test('a preset with other heads is refused: stored maps cannot give it', async (t) => {
  const { project: p, runId: from } = await project(t, 1);
  const other = { ...TIGHT, grounding: [{ layer: 5, heads: [0] }] };
  assert.throws(
    () => addRelabelJob(p, { fromRunId: from, preset: other, filter: null }),
    (thrown) => thrown instanceof FoveaError && thrown.code === 'bad_input',
  );
});

test('a preset version is the one that has the thresholds, else the next number', async (t) => {
  const { project: p, runId: from } = await project(t, 1);
  const wish = { labels: TIGHT.labels, roi: TIGHT.roi };
  assert.deepEqual(targetPreset(p.db, from, wish, []), TIGHT);
  assert.equal(targetPreset(p.db, from, relabelPreset, []).id, 'base');
  const saved = { ...TIGHT, id: 'mine', name: 'Mine' };
  assert.equal(targetPreset(p.db, from, wish, [saved]).id, 'mine');
  await relabel(p, { fromRunId: from, preset: TIGHT, filter: ALL });
  const third = targetPreset(p.db, from, { ...wish, roi: { ...wish.roi, threshold: 0.9 } }, []);
  assert.deepEqual([third.id, third.name], ['base.v3', 'Base, version 3']);
  const qwen = { labels: { ...TIGHT.labels, variant: 'qwen' as const }, roi: TIGHT.roi };
  for (const bad of [qwen, { ...wish, roi: { ...wish.roi, threshold: -0.2 } }]) {
    assert.throws(() => targetPreset(p.db, from, bad, []), FoveaError);
  }
});

test('the preview counts what applying then does, chunk by chunk', async (t) => {
  const { project: p, runId: from } = await project(t, 150);
  submitReview(
    p.db,
    { sampleId: 7, predictionId: null, decision: 'accept', label: null, reviewer: 'a', note: null },
    null,
  );
  const before = shown(p);
  const sums = { looked: 0, labelChanged: 0, newlyDropped: 0, newlyKept: 0, fgThen: 0 };
  const thresholds = { labels: TIGHT.labels, roi: TIGHT.roi };
  let after: number | null = 0;
  let chunks = 0;
  let candidates = 0;
  while (after !== null) {
    const chunk = previewChunk(p.db, { runId: from, thresholds, filter: null, after });
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += chunk[key];
    assert.deepEqual([chunk.samples, chunk.reviewed], [150, 1]);
    candidates = chunk.candidates;
    after = chunk.next;
    assert.ok(chunks++ < 200);
  }
  assert.equal(read<{ n: number }>(p.db, 'SELECT COUNT(*) AS n FROM run').get()!.n, 1, 'nothing is stored');
  await relabel(p, { fromRunId: from, preset: TIGHT, filter: null });
  const now = shown(p);
  const pairs = before.map((old, i) => [old!, now[i]!] as const);
  assert.deepEqual([sums.looked, candidates], [149, 149]);
  assert.equal(sums.labelChanged, pairs.filter(([a, b]) => Buffer.compare(a.label, b.label) !== 0).length);
  assert.equal(sums.newlyDropped, pairs.filter(([a, b]) => !a.dropped && b.dropped).length);
  assert.equal(sums.newlyKept, pairs.filter(([a, b]) => a.dropped && !b.dropped).length);
  assert.ok(sums.labelChanged > 0);
});

test(`a relabel job killed at random moments loses and doubles nothing (seed ${SEED})`, async (t) => {
  const { project: p, runId: from } = await project(t, 160);
  const { jobId, runId } = addRelabelJob(p, { fromRunId: from, preset: TIGHT, filter: null });
  p.close();
  const random = seededRandom(SEED);
  let finished = false;
  for (let tries = 0; !finished; tries++) {
    assert.ok(tries < 20, 'it does not get on');
    const child = spawn(process.execPath, [CHILD, p.path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const gone = once(child, 'close');
    let lines = 0;
    const killAt = tries < 4 ? 1 + Math.floor(random() * 3) : Infinity;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'finished') finished = true;
      if (++lines !== killAt) continue;
      await delay(random() * 4);
      child.kill('SIGKILL');
    }
    await gone;
  }
  const after = await openProject(p.path);
  t.after(() => after.close());
  assert.equal(getJob(after.db, jobId).state, 'done');
  assert.equal(activeRunId(after.db), runId);
  const rows = read<{ sample_id: number }>(
    after.db,
    'SELECT sample_id FROM prediction WHERE run_id = ? ORDER BY sample_id',
  ).all(runId);
  assert.deepEqual(
    rows.map((row) => row.sample_id),
    Array.from({ length: 160 }, (_, i) => i + 1),
  );
  shown(after).forEach((prediction, i) => {
    const expected = rederive(storedOf(randomMaps(i + 1)), TIGHT.roi, TIGHT);
    assert.deepEqual(new Int8Array(prediction!.label), expected.labels);
    assert.deepEqual(getPredictionMaps(after.db, prediction!.id)!.question, randomMaps(i + 1).question);
  });
  assert.equal(after.db.pragma('integrity_check', { simple: true }), 'ok');
});

test('what the engine stored of the demo is derived again from its maps: labels, reasons and boxes', async (t) => {
  const p = await openProject(await demoProject(t));
  t.after(() => p.close());
  const [run] = listRuns(p.db);
  const candidates = candidatesAfter(p.db, { filter: null, runIds: [run!.id] }, 0, -1);
  assert.ok(candidates.length > 100);
  for (const candidate of candidates) {
    const { prediction, derived } = derive(p.db, candidate, run!.preset);
    const where = `sample ${candidate.sampleId}`;
    assert.deepEqual(derived.labels, new Int8Array(prediction.label), where);
    assert.deepEqual(derived.dropped, prediction.dropped, where);
    assert.deepEqual(derived.boxes, prediction.boxes, where);
  }
});

test('answering again: what the engine refuses is a failed item, a stop writes nothing of it and the rest goes on later', async (t) => {
  const scenes = await demoProject(t);
  const p = await openProject(scenes);
  t.after(() => p.close());
  const from = activeRunId(p.db)!;
  const { preset } = listRuns(p.db).find(({ id }) => id === from)!;
  const other: Preset = { ...preset, id: 'other.v2', roi: { ...preset.roi, threshold: 0.3 } };
  const filter = sampleFilterSchema.parse({ text: 'demo-0001' });
  const samples = candidatesAfter(p.db, { filter, runIds: [from] }, 0, -1).length;
  assert.ok(samples >= 2);
  const stop = new AbortController();
  let asked = 0;
  const engine = fakeEngine(() => {
    asked++;
    if (asked === 1) throw new FoveaError('bad_input', 'the picture is gone');
    if (asked === 2) stop.abort();
  });
  const { jobId, runId } = addRelabelJob(p, { fromRunId: from, preset: other, filter, answerAgain: true });
  const work = (signal?: AbortSignal) => {
    const lease = claimJob(p.db, jobId, thisProcess(), isAlive)!;
    const hooks = signal ? { signal, onAbort: 'release' as const } : {};
    return workOnRelabelJob(p, lease, hooks, engine);
  };
  const stopped = await work(stop.signal);
  assert.deepEqual([stopped.state, stopped.done, stopped.failed], ['queued', 0, 1]);
  const made = () =>
    read<{ n: number }>(p.db, 'SELECT COUNT(*) AS n FROM prediction WHERE run_id = ?').get(runId)!.n;
  assert.equal(made(), 0);
  const job = await work();
  assert.deepEqual([job.state, job.done, job.failed], ['done', samples - 1, 1]);
  assert.equal(made(), samples - 1);
  for (const prediction of shown(p).filter((found) => found?.runId === runId))
    assert.match(prediction!.secondStage?.answer ?? '', /^closer at/);
});
