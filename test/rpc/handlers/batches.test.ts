/** A batch that is being written holds up nobody who reads, and what people save meanwhile is saved once, after it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { transact } from '../../../src-main/store/db.ts';
import { createProject } from '../../../src-main/store/file/project.ts';
import { callsOf, type BackendCalls } from '../../support/backend-calls.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { addSamples, predict, testRun } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { standInResources } from '../../support/scenes.ts';

const SAMPLES = 300;
const ANN = { reviewer: 'ann' } as const;

/** A backend on a project whose samples but the last are in a batch that may be decided. */
async function audited(t: TestContext): Promise<BackendCalls & { readonly id: number }> {
  const dir = temporaryDir(t);
  const path = join(dir, 'project');
  const project = await createProject(path, 'Test');
  addSamples(project, SAMPLES);
  const run = testRun(project);
  transact(project.db, () => {
    for (let id = 1; id <= SAMPLES; id++) predict(project, run, id);
  });
  project.close();
  const backend = await createBackend({
    engine: fakeEngine(),
    projectPath: path,
    host: 'test',
    version: '1',
    ...ANN,
    resources: await standInResources(dir),
    demoProjectDir: join(dir, 'demo'),
  });
  t.after(() => backend.dispose());
  const calls = callsOf(backend);
  const scope = { filter: NO_FILTER, ids: null, except: [SAMPLES] };
  const { batch } = await calls.call('batches.start', { ...scope, decision: 'accept', target: 0.1, ...ANN });
  for (const { sampleId } of await calls.call('batches.audit', { id: batch.id })) {
    await calls.call('batches.judge', { id: batch.id, sampleId, verdict: 'right' });
  }
  return { ...calls, id: batch.id };
}

const rejection = (sampleId: number, basedOn: number | null = null) =>
  ({ sampleId, predictionId: null, decision: 'reject', label: null, note: null, basedOn, ...ANN }) as const;

test('what is saved while a batch is written waits for its end: no decision is lost, doubled or overwritten', async (t) => {
  const { call, id } = await audited(t);
  const order: string[] = [];
  const told =
    (name: string) =>
    <T>(result: T): T => {
      order.push(name);
      return result;
    };
  const batch = call('batches.apply', { id, ...ANN }).then(told('batch'));
  const within = call('reviews.submit', rejection(7)).then(told('within'), told('conflict'));
  const beside = call('reviews.submit', rejection(SAMPLES)).then(told('beside'));
  const flag = call('flags.set', { sampleIds: [7], flag: 'example', on: true, ...ANN }).then(told('flag'));
  const note = call('notes.add', { sampleId: 7, text: 'odd', ...ANN }).then(told('note'));
  await call('samples.get', { id: 7 }).then(told('read'));
  const done = await batch;
  await Promise.all([within, beside, flag, note]);

  assert.deepEqual(order.slice(0, 2), ['read', 'batch'], 'reading waits for nothing, saving for the batch');
  assert.ok(order.includes('conflict') && !order.includes('within'), 'the later one is told');
  assert.deepEqual([done.decided, done.changedMeanwhile], [SAMPLES - 1, 0]);
  const decisions = async (sampleId: number) =>
    (await call('reviews.history', { sampleId })).map(({ decision }) => decision);
  assert.deepEqual(await decisions(7), ['accept']);
  assert.deepEqual(await decisions(SAMPLES), ['reject']);
  const { flags, notes } = await call('samples.list', { filter: { ids: [7] }, offset: 0, limit: 1 }).then(
    ({ rows }) => rows[0]!,
  );
  assert.deepEqual([flags, notes], [['example'], 1]);
});

test('a batch that is stopped is told as it was, and what waited for it is saved', async (t) => {
  const { call, heard, id } = await audited(t);
  heard.length = 0;
  const batch = call('batches.apply', { id, ...ANN });
  const saved = call('reviews.submit', rejection(7));
  await call('batches.cancel', { id });
  await assert.rejects(batch, { code: 'cancelled' });
  assert.equal((await saved).state, 'rejected');
  const changes = heard.filter(({ name }) => name === 'batch.changed').map(({ payload }) => payload);
  assert.deepEqual(
    changes.map((payload) => (payload as { state: string }).state),
    ['auditing'],
  );
});
