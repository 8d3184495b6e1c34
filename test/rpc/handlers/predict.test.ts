/** Another RPN through the contract: a version that there is, in the project that is shown, as a job of the queue. */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { runLabelJob } from '../../../src-main/jobs/label/label.ts';
import { addRpn, rpnFolder } from '../../../src-main/store/training/rpn.ts';
import { callsOf } from '../../support/backend-calls.ts';
import { DEMO_CHECKPOINT } from '../../support/demo.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { featureProject } from '../../support/feature-project.ts';
import { twoRpns } from '../../support/other-rpn.ts';
import { testPreset } from '../../support/project.ts';
import { standInResources } from '../../support/scenes.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

test('a version is asked about what is labelled, as a job; how much features take is said before', async (t) => {
  const { base, rpn, other } = await twoRpns(DEMO_CHECKPOINT, temporaryDir(t));
  const { project } = await featureProject(t);
  const engine = fakeEngine();
  const model = { dir: base, rpnDir: rpn, device: 'auto' } as const;
  const label = { model, preset: testPreset, answerMode: 'self', limit: null } as const;
  await runLabelJob(project, engine, label);
  const version = {
    source: 'imported',
    parentId: null,
    baseFingerprint: 'f',
    k: 1,
    t: 2,
    config: {},
  } as const;
  const weightsSha256 = new Uint8Array(32);
  const rpnId = addRpn(project.db, { ...version, name: 'mine', weightsSha256, metrics: null });
  cpSync(other, rpnFolder(project.path, rpnId), { recursive: true });
  const backend = await createBackend({
    engine,
    projectPath: project.path,
    host: 'test',
    version: '1',
    reviewer: 'ann',
    resources: await standInResources(temporaryDir(t)),
  });
  t.after(() => backend.dispose());
  const { call } = callsOf(backend);

  const size = await call('jobs.featureSize', { dir: base, adapterDir: null });
  assert.equal(size.measured, false);
  await assert.rejects(call('jobs.predict', { rpnId: 99 }), { code: 'not_found' });
  const job = await call('jobs.predict', { rpnId, show: true });
  assert.equal(job.type, 'predict');
  const now = async () => (await call('jobs.list', {})).find(({ id }) => id === job.id);
  while (['queued', 'running'].includes((await now())!.state)) await delay(5);
  const { state, done, message } = (await now())!;
  assert.deepEqual([state, done, message], ['done', 4, null]);
  assert.equal((await call('samples.get', { id: 1 })).prediction?.runId, 2);
  assert.equal((await call('project.summary', {})).activeRunId, 2);
  assert.equal((await call('jobs.featureSize', { dir: base, adapterDir: null })).measured, true);
});
