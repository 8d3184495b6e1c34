/** While another program writes, whoever only reads is answered, and what is to be saved waits without blocking. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBackend } from '../../src-main/rpc/backend.ts';
import { transact, write } from '../../src-main/store/db.ts';
import { askedAgain, hardlyWait, isBusy, patiently } from '../../src-main/store/patience.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { slowDisk } from '../soak/actions/slow-disk.ts';
import { callsOf } from '../support/backend-calls.ts';
import { fakeEngine } from '../support/fake-engine.ts';
import { testProject } from '../support/project.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { standInResources } from '../support/scenes.ts';

test('11-C21: reads are answered while another program writes, and a save goes through once it is done', async (t) => {
  const project = await testProject(t, 2);
  const { path } = project;
  project.close();
  const backend = await createBackend({
    engine: fakeEngine(),
    projectPath: path,
    host: 'test',
    version: '1.2.3',
    reviewer: 'ann',
    resources: await standInResources(temporaryDir(t)),
  });
  t.after(() => backend.dispose());
  const { call } = callsOf(backend);
  const { over } = await slowDisk(path, 1500);
  const order: string[] = [];
  const saving = call('notes.add', { sampleId: 1, text: 'kept', reviewer: 'ann' }).then(() =>
    order.push('saved'),
  );
  const held = over.then(() => order.push('free'));
  for (let n = 0; n < 10; n++) {
    await call('notes.list', { sampleId: 1 });
    order.push('read');
  }
  await Promise.all([saving, held]);
  assert.deepEqual(order, [...Array.from({ length: 10 }, () => 'read'), ...order.slice(10)]);
  assert.deepEqual(new Set(order.slice(10)), new Set(['free', 'saved']));
  assert.deepEqual(
    (await call('notes.list', { sampleId: 1 })).map(({ text }) => text),
    ['kept'],
  );
});

test('11-C21: after the stated time it is said that another program writes', async (t) => {
  const project = await testProject(t, 1);
  hardlyWait(project.db);
  const other = openProject(project.path);
  t.after(() => other.close());
  const note = (): unknown => write(project.db, "UPDATE project SET name = 'x'").run();
  other.db.exec('BEGIN IMMEDIATE');
  let tries = 0;
  await assert.rejects(
    askedAgain(project.db, () => (tries++, note()), 150),
    {
      code: 'project_busy',
      message: 'the project is busy: another program writes to it',
      next: /Wait until the other program/,
    },
  );
  assert.ok(tries > 1);
  const patient = patiently(note);
  other.db.exec('COMMIT');
  await patient;
});

test('11-C21: a call that has committed something is not done again, nor what is refused for another reason', async (t) => {
  const project = await testProject(t, 1);
  hardlyWait(project.db);
  const other = openProject(project.path);
  t.after(() => other.close());
  let calls = 0;
  const halves = (): void => {
    calls++;
    transact(project.db, () => write(project.db, "UPDATE project SET name = 'half'").run());
    other.db.exec('BEGIN IMMEDIATE');
    write(project.db, "UPDATE project SET name = 'whole'").run();
  };
  await assert.rejects(askedAgain(project.db, halves), isBusy);
  assert.equal(calls, 1);
  other.db.exec('ROLLBACK');
  await assert.rejects(
    askedAgain(project.db, () => (calls++, Promise.reject(new Error('no')))),
    { message: 'no' },
  );
  assert.equal(calls, 2);
});
