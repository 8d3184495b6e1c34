/** The calls of the Train page over a real project: what would be learned from, a run from its start to its version, and activating that. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { appResources } from '../../../src-main/app/resources.ts';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { CURVE_PAGE } from '../../../src-shared/contract/procedures.ts';
import type { TrainingPoint, TrainingStatus } from '../../../src-shared/contract/training.ts';
import { callsOf } from '../../support/backend-calls.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { RoteTrainer } from '../../support/rote-trainer.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { scenes, trainingProject } from '../../support/training-project.ts';

const SCENES = 8;

async function start(t: TestContext, { corrected = [1, 2] }: { corrected?: readonly number[] } = {}) {
  const { project, correct } = await trainingProject(t, await scenes(SCENES));
  for (const id of corrected) correct(id);
  const { path } = project;
  project.close();
  const backend = await createBackend({
    engine: fakeEngine(),
    projectPath: path,
    host: 'test',
    version: '1.2.3',
    reviewer: 'ann',
    resources: appResources(),
    dataDir: temporaryDir(t),
    training: { start: () => new RoteTrainer(5), versions: { fovea: '1.2.3', onnxruntime: '1' } },
  });
  t.after(() => backend.dispose());
  const calls = callsOf(backend);
  const until = async (runId: number, wanted: TrainingStatus): Promise<void> => {
    for (let n = 0; ; n++) {
      const { status } = (await calls.call('training.runs', {})).find(({ run }) => run.id === runId)!;
      if (status === wanted) return;
      assert.ok(n < 1500, `it is ${status}, not ${wanted}`);
      await delay(10);
    }
  };
  return { ...calls, until };
}

const asked = { data: { labels: 'mixed', heldOut: 0.3 }, fresh: { k: 1, t: 2 } } as const;

test('a plan says what would be learned from and with which settings, or why nothing can be', async (t) => {
  const { call, heard } = await start(t);
  const plan = await call('training.plan', { slot: 'page', wish: asked });
  const { train, heldOut } = plan.counts!;
  assert.equal(plan.problem, null);
  assert.deepEqual([train.corrected + heldOut.corrected, train.pseudo + heldOut.pseudo], [2, SCENES - 2]);
  assert.deepEqual([plan.from?.k, plan.from?.t, plan.from?.rpnId], [1, 2, null]);
  assert.ok(plan.settings!.steps > 0 && plan.features!.bytesPerSample > 0);
  assert.ok(heard.some(({ name }) => name === 'training.looking'));
  const given = await call('training.plan', {
    slot: 'page',
    wish: { ...asked, data: { labels: 'reviewed', heldOut: 0.5 }, settings: { steps: 77 } },
  });
  assert.deepEqual([given.settings!.steps, given.settings!.measureEvery], [77, 4]);
  assert.equal(given.counts!.leftOut.not_reviewed, SCENES - 2);
  const deep = await call('training.plan', { slot: 'page', wish: { ...asked, fresh: { k: 1, t: 100 } } });
  assert.match(deep.problem!.message, /an RPN of 100 layers cannot start from layer 1 of 6/);

  const none = await start(t, { corrected: [] });
  const nothing = await none.call('training.plan', {
    slot: 'page',
    wish: { ...asked, data: { labels: 'reviewed' } },
  });
  assert.equal(nothing.counts, null);
  assert.match(nothing.problem!.message, /no sample is left to learn from \(8 not reviewed\)/);
  assert.match(nothing.problem!.next!, /Accept or correct samples first/);
});

test('a run is begun, watched, paused, gone on with; its version is listed and made active', async (t) => {
  const { call, heard, until } = await start(t);
  const begun = await call('training.start', {
    ...asked,
    settings: { steps: 300, batch: 2 },
    name: 'better',
  });
  const { id } = begun.run;
  await until(id, 'running');
  const points = () => call('training.points', { runId: id, after: -1 });
  while ((await points()).length < 25) await delay(20);
  const live = await points();
  assert.deepEqual(
    live.map(({ step }) => step),
    live.map((_, n) => n),
    'those that are not stored yet among them',
  );
  assert.match((await call('training.pause', { runId: id })).status, /pausing|paused/);
  await until(id, 'paused');
  assert.match((await call('training.resume', { runId: id })).status, /waiting|preparing|running/);
  await until(id, 'done');
  const all = await points();
  assert.deepEqual([all.length, all.length < CURVE_PAGE], [301, true]);
  assert.deepEqual(await call('training.points', { runId: id, after: 298 }), all.slice(299));

  await delay(300);
  const told = heard.flatMap(({ name, payload }) =>
    name === 'training.changed' ? (payload as { points: TrainingPoint[] }).points : [],
  );
  assert.deepEqual(
    [...new Set(told.map(({ step }) => step))].sort((a, b) => a - b),
    all.map(({ step }) => step),
    'every point was told',
  );
  assert.ok(heard.some(({ name }) => name === 'training.versions'));
  await assert.rejects(call('training.pause', { runId: id }), { code: 'conflict' });

  const { versions, inUse } = await call('training.versions', {});
  const [version] = versions;
  assert.deepEqual([versions.length, version!.name, version!.active, inUse], [1, 'better', false, null]);
  assert.equal(version!.trainingRunId, id);
  await assert.rejects(call('training.start', { ...asked, name: 'better' }), { code: 'conflict' });
});

test('the queue’s cancel gives a training up as its own does', async (t) => {
  const { call, until } = await start(t);
  const { run } = await call('training.start', { ...asked, settings: { steps: 300, batch: 2 } });
  await until(run.id, 'running');
  await call('jobs.cancel', { id: run.jobId! });
  await until(run.id, 'cancelled');
  assert.deepEqual((await call('training.versions', {})).versions, []);
});
