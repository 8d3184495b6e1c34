/** The library through the contract: lists, checks and downloads that report, can be stopped, and end with the backend. */
import assert from 'node:assert/strict';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ModelTask } from '../../../src-shared/contract/models.ts';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { callsOf } from '../../support/backend-calls.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { DEMO_CHECKPOINT } from '../../support/demo.ts';
import { filesOf, hubServer } from '../../support/hub-server.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const root = join(import.meta.dirname, '../../..');
const TINY = join(root, 'test/golden/oracle/cases/llava-original-tower');

async function start(t: TestContext, engine = fakeEngine()) {
  const dir = temporaryDir(t);
  const backend = await createBackend({
    engine,
    projectPath: null,
    host: 'test',
    version: '1',
    reviewer: 'ann',
    resources: {
      demoDir: join(root, 'models/demo'),
      presetsDir: join(root, 'models/presets'),
      userPresetsDir: join(dir, 'presets'),
    },
    dataDir: join(dir, 'data'),
  });
  t.after(() => backend.dispose());
  const { heard, call } = callsOf(backend);
  const settled = async (): Promise<ModelTask> => {
    for (;;) {
      const [task] = (await call('models.list', {})).tasks;
      if (task && task.state !== 'running') return task;
      await delay(5);
    }
  };
  return { dir, backend, call, heard, settled };
}

test('list, add, presets that fit, check, remove', async (t) => {
  const { dir, call, heard, settled } = await start(t);
  const folder = join(dir, 'mine');
  cpSync(DEMO_CHECKPOINT, folder, { recursive: true });
  assert.deepEqual(await call('models.add', { path: folder }), { name: 'mine', added: true });
  const { models, availableBytes, downloadsDir } = await call('models.list', {});
  assert.deepEqual(
    models.map(({ name, kind }) => [name, kind]),
    [
      ['demo', 'demo'],
      ['mine', 'folder'],
    ],
  );
  assert.deepEqual([models[1]?.preset, models[1]?.presets], ['demo', ['demo']]);
  assert.ok(availableBytes > 0);
  assert.equal(downloadsDir, join(dir, 'data', 'models'));

  const task = await call('models.check', { name: 'mine', precision: 'as-stored' });
  assert.deepEqual([task.kind, task.stage, task.state], ['check', 'files', 'running']);
  assert.partialDeepStrictEqual(await settled(), { id: task.id, stage: 'load', state: 'done', error: null });
  assert.equal((await call('models.list', {})).models[1]?.check?.device, 'cpu');
  assert.ok(heard.some(({ name }) => name === 'models.changed'));
  assert.ok(heard.some(({ name }) => name === 'models.task'));

  assert.deepEqual((await call('models.removal', { name: 'mine' })).files, []);
  await call('models.remove', { name: 'mine' });
  assert.ok(existsSync(join(folder, 'config.json')));
  await assert.rejects(call('models.check', { name: 'mine', precision: 'as-stored' }), { code: 'not_found' });
  await assert.rejects(call('models.cancel', { id: 99 }), { code: 'not_found' });
});

test('a check that fails says why; one that is stopped is cancelled; two of one model are refused', async (t) => {
  const engine = fakeEngine();
  let loading = (): void => {};
  const begun = new Promise<void>((resolve) => (loading = resolve));
  engine.modelInfo = (_model, signal) =>
    new Promise((_resolve, reject) => {
      loading();
      signal?.addEventListener('abort', () => reject(new Error('gone')));
    });
  const { dir, call, settled } = await start(t, engine);
  const { id } = await call('models.check', { name: 'demo', precision: 'as-stored' });
  await begun;
  await assert.rejects(call('models.check', { name: 'demo', precision: 'as-stored' }), { code: 'conflict' });
  await call('models.cancel', { id });
  assert.partialDeepStrictEqual(await settled(), { id, state: 'cancelled' });
  await call('models.cancel', { id });

  const folder = join(dir, 'mine');
  cpSync(DEMO_CHECKPOINT, folder, { recursive: true });
  await call('models.add', { path: folder });
  const other = await call('models.check', { name: 'mine', precision: 'as-stored' });
  await assert.rejects(call('models.remove', { name: 'mine' }), { code: 'conflict', message: /checked/ });
  await call('models.cancel', { id: other.id });
  await settled();

  engine.modelInfo = () => Promise.reject(new Error('no such device'));
  await call('models.check', { name: 'demo', precision: 'int4' });
  assert.partialDeepStrictEqual(await settled(), { state: 'failed', error: { message: 'no such device' } });
});

test('a check that is to choose the weights says which they are and why', async (t) => {
  const engine = fakeEngine();
  const asked: unknown[] = [];
  const info = engine.modelInfo;
  engine.choosePrecision = async () => ({ precision: 'int8', why: 'it is faster' });
  engine.modelInfo = (model, signal) => (asked.push(model.precision), info(model, signal));
  const { call, settled } = await start(t, engine);
  assert.equal((await call('models.check', { name: 'demo', precision: 'auto' })).precision, 'auto');
  assert.partialDeepStrictEqual(await settled(), {
    state: 'done',
    precision: 'int8',
    chosen: 'it is faster',
  });
  assert.deepEqual(asked, ['int8']);
});

test('a check that writes an int4 cache says how far it is, and its end names the device', async (t) => {
  const engine = fakeEngine();
  const info = engine.modelInfo;
  const gate = { open: (): void => {} };
  const opened = new Promise<void>((resolve) => (gate.open = resolve));
  engine.modelInfo = async (model, signal, onQuantise) => {
    onQuantise?.({ precision: 'int4', done: 20, total: 80 });
    await opened;
    onQuantise?.({ precision: 'int4', done: 60, total: 80 });
    onQuantise?.({ precision: 'int4', done: 80, total: 80 });
    return { ...(await info(model, signal)), device: 'webgpu', precision: 'int4' };
  };
  const { call, heard, settled } = await start(t, engine);
  await call('models.check', { name: 'demo', precision: 'int4' });
  const running = async (): Promise<ModelTask | undefined> => (await call('models.list', {})).tasks[0];
  while ((await running())?.stage !== 'cache') await delay(5);
  assert.partialDeepStrictEqual(await running(), {
    precision: 'int4',
    doneBytes: 20,
    totalBytes: 80,
    rate: null,
    check: null,
  });
  gate.open();
  assert.partialDeepStrictEqual(await settled(), {
    stage: 'load',
    state: 'done',
    doneBytes: 80,
    check: { device: 'webgpu' },
  });
  // The library keeps how weights as stored went, and only that.
  assert.equal((await call('models.list', {})).models[0]?.check, null);
  assert.ok(
    heard.some(({ name, payload }) => name === 'models.task' && (payload as ModelTask).check !== null),
  );
});

test('a download reports bytes, is stopped with the backend and goes on in the next one', async (t) => {
  const hub = await hubServer(filesOf(TINY));
  t.after(() => hub.close());
  const before = process.env.HF_ENDPOINT;
  process.env.HF_ENDPOINT = hub.endpoint;
  t.after(() => {
    if (before === undefined) delete process.env.HF_ENDPOINT;
    else process.env.HF_ENDPOINT = before;
  });
  const { backend, call, heard, settled } = await start(t);
  hub.faults.set('model.safetensors', [{ kind: 'silent' }]);
  const asked = new Promise<void>((resolve) => {
    hub.onRequest = (path) => path === 'model.safetensors' && resolve();
  });
  await call('models.download', { repo: 'org/name', revision: 'main' });
  await asked;
  await assert.rejects(call('models.download', { repo: 'org/name', revision: 'main' }), { code: 'conflict' });
  const unfinished = (await call('models.list', {})).models.find(({ name }) => name === 'org/name');
  assert.equal(unfinished?.state, 'unfinished');
  await assert.rejects(call('models.remove', { name: 'org/name' }), { code: 'conflict' });
  await backend.dispose();
  assert.partialDeepStrictEqual((await call('models.list', {})).tasks, [{ state: 'cancelled' }]);

  await call('models.download', { repo: 'org/name', revision: 'main' });
  const task = await settled();
  assert.deepEqual([task.state, task.doneBytes], ['done', task.totalBytes]);
  const whole = (await call('models.list', {})).models.find(({ name }) => name === 'org/name');
  assert.equal(whole?.state, 'ready');
  assert.ok(
    heard.some(({ name, payload }) => name === 'models.task' && (payload as ModelTask).doneBytes > 0),
  );
  assert.equal((await call('models.remove', { name: 'org/name' })).kind, 'download');
  assert.ok(!existsSync(whole.dir));
});

test('a model that a job labels with stays until the job is over', async (t) => {
  const engine = fakeEngine();
  const gate = { open: (): void => {} };
  const opened = new Promise<void>((resolve) => (gate.open = resolve));
  const info = engine.modelInfo;
  engine.modelInfo = async (...args) => {
    await opened;
    return info(...args);
  };
  const { dir, call } = await start(t, engine);
  const folder = join(dir, 'mine');
  cpSync(DEMO_CHECKPOINT, folder, { recursive: true });
  await call('models.add', { path: folder });
  await call('project.demo', { dir: join(dir, 'project') });
  const wish = { modelDir: folder, presetId: 'demo', answerMode: 'self', limit: 1 } as const;
  const job = await call('jobs.label', wish);
  await assert.rejects(call('models.remove', { name: 'mine' }), { code: 'conflict', message: /labelling/ });
  for (const { id } of await call('jobs.list', {})) await call('jobs.cancel', { id });
  gate.open();
  while ((await call('jobs.list', {})).some(({ state }) => state === 'running')) await delay(5);
  assert.ok(job.id > 0);
  assert.equal((await call('models.remove', { name: 'mine' })).kind, 'folder');
});
