/** The backend on a project whose database is written over while it is open: nothing is mixed, and opening it again goes on. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { appResources } from '../../../src-main/app/resources.ts';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { openSession } from '../../../src-main/rpc/session.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { callsOf } from '../../support/backend-calls.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { testProject } from '../../support/project.ts';

test('an older state is written over, then rubbish, then the older state again', async (t) => {
  const made = await testProject(t, 3);
  made.close();
  const file = join(made.path, 'project.db');
  const older = join(dirname(made.path), 'older.db');
  copyFileSync(file, older);
  const backend = await createBackend({
    engine: fakeEngine(),
    projectPath: made.path,
    host: 'test',
    version: '0',
    reviewer: 'ann',
    resources: appResources(),
  });
  const { call } = callsOf(backend);
  const decide = (sampleId: number): Promise<unknown> =>
    call('reviews.submit', {
      sampleId,
      predictionId: null,
      decision: 'reject',
      label: null,
      note: null,
      basedOn: null,
      reviewer: 'ann',
    });
  await decide(1);
  execFileSync('cp', [older, file]);
  await assert.rejects(decide(2), { code: 'project_replaced' });
  await call('project.open', { path: made.path });
  await decide(2);
  // Rubbish does not open; what waits goes on waiting.
  writeFileSync(file, Buffer.alloc(200_000, 7), { flag: 'r+' });
  await assert.rejects(decide(3), { code: 'project_replaced' });
  await assert.rejects(call('project.open', { path: made.path }), { code: 'bad_project' });
  await assert.rejects(decide(3), { code: 'project_replaced' });
  execFileSync('cp', [older, file]);
  await call('project.open', { path: made.path });
  await decide(3);
  await backend.dispose();
  const { db, close } = openProject(made.path);
  t.after(close);
  assert.equal(db.pragma('integrity_check(1)', { simple: true }), 'ok');
  assert.deepEqual(db.prepare('SELECT sample_id FROM review ORDER BY id').pluck().all(), [3]);
});

test('what was to be told of the project from before does not take back that its files are gone', async (t) => {
  const project = await testProject(t, 3);
  const told: string[] = [];
  const session = openSession(project, fakeEngine(), (name) => {
    if (name === 'project.lost' || name === 'project.changed') told.push(name);
  });
  t.after(() => session.close());
  await sleep(500);
  session.projectChanged(true);
  // This one waits until after the watch has looked.
  session.projectChanged();
  renameSync(project.path, `${project.path}-away`);
  await sleep(1700);
  assert.deepEqual(told, ['project.changed', 'project.lost']);
  renameSync(`${project.path}-away`, project.path);
  await sleep(1300);
  assert.deepEqual(told, ['project.changed', 'project.lost', 'project.changed']);
});
