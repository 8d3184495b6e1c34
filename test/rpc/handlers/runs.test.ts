/** Naming and removing a run by calls: everybody hears of it, the open sample shows another label, a slot cancels. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { appResources } from '../../../src-main/app/resources.ts';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { setActiveRun } from '../../../src-main/store/runs/run.ts';
import { refreshAllSampleStates } from '../../../src-main/store/samples/state.ts';
import { transact } from '../../../src-main/store/db.ts';
import { callsOf } from '../../support/backend-calls.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { addSamples, predict, testProject, testRun } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

/** Two runs with a label of every sample each; the second is shown. */
async function start(t: TestContext, samples: number) {
  const project = await testProject(t, 0);
  addSamples(project, samples);
  const [a, b] = [testRun(project, 'a'), testRun(project, 'b')];
  for (const run of [a, b]) for (let id = 1; id <= samples; id++) predict(project, run, id);
  setActiveRun(project.db, b);
  transact(project.db, () => refreshAllSampleStates(project.db));
  const backend = await createBackend({
    engine: fakeEngine(),
    projectPath: project.path,
    host: 'test',
    version: '1',
    reviewer: 'ann',
    resources: appResources(),
    dataDir: temporaryDir(t),
  });
  t.after(() => backend.dispose());
  return { a, b, ...callsOf(backend) };
}

test('a run is named, in the list and in the summary; an empty or a long name is refused', async (t) => {
  const { a, call, heard } = await start(t, 2);
  const before = heard.length;
  assert.equal((await call('runs.rename', { runId: a, name: '  Tight boxes ' })).name, 'Tight boxes');
  assert.ok(heard.slice(before).some(({ name }) => name === 'project.changed'));
  const named = async () => (await call('project.summary', {})).runs.map(({ name }) => name);
  assert.deepEqual(await named(), ['Tight boxes', undefined]);
  assert.equal((await call('runs.list', {})).at(-1)!.run.name, 'Tight boxes');
  for (const name of ['', ' ', 'x'.repeat(81), 'two\nlines'])
    await assert.rejects(call('runs.rename', { runId: a, name }), { code: 'bad_input' }, name);
  await assert.rejects(call('runs.rename', { runId: 9, name: 'x' }), { code: 'not_found' });
  await call('runs.rename', { runId: a, name: null });
  assert.deepEqual(await named(), [undefined, undefined]);
});

test('a run is counted, then removed: what was decided stays, the rest shows the other run', async (t) => {
  const { a, b, call, heard } = await start(t, 3);
  await call('reviews.submit', {
    sampleId: 2,
    predictionId: null,
    decision: 'accept',
    label: null,
    note: null,
    basedOn: null,
    reviewer: 'ann',
  });
  const counts = { labels: 2, kept: 1, elsewhere: 2, unlabelled: 0 };
  assert.deepEqual(await call('runs.removal', { runId: b }), counts);
  const before = heard.length;
  assert.deepEqual(await call('runs.remove', { runId: b }), counts);
  const told = new Set(heard.slice(before).map(({ name }) => name));
  assert.ok(told.has('samples.changed') && told.has('project.changed'));
  const runOf = async (id: number) => (await call('samples.get', { id })).prediction!.runId;
  assert.deepEqual([await runOf(1), await runOf(2), await runOf(3)], [a, b, a]);
  assert.equal((await call('project.summary', {})).activeRunId, a);
  await assert.rejects(call('runs.removal', { runId: b }), { code: 'conflict' });
  await call('runs.remove', { runId: a });
  assert.deepEqual(
    (await call('runs.list', {})).map(({ run, labelled }) => [run.id, labelled]),
    [[b, 1]],
  );
});

test('a removal is cancelled by its slot and says how much is gone', async (t) => {
  const { b, call } = await start(t, 1200);
  const removing = call('runs.remove', { runId: b, slot: 'page' });
  const stopped = assert.rejects(removing, { code: 'cancelled', message: /of 1,200 labels removed/ });
  while ((await call('runs.list', {})).find(({ run }) => run.id === b)!.labelled === 1200)
    await new Promise(setImmediate);
  await call('exchange.cancel', { slot: 'page' });
  await stopped;
  const left = (await call('runs.list', {})).find(({ run }) => run.id === b)!.labelled;
  assert.ok(left > 0 && left < 1200, String(left));
  assert.equal((await call('runs.remove', { runId: b })).labels, left);
});
