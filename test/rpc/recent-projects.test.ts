import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createBackend } from '../../src-main/rpc/backend.ts';
import { recentProjects, rememberProject } from '../../src-main/rpc/recent-projects.ts';
import { createProject } from '../../src-main/store/file/project.ts';
import { callsOf } from '../support/backend-calls.ts';
import { fakeEngine } from '../support/fake-engine.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { standInResources } from '../support/scenes.ts';

const openedAt = '2026-05-04T03:02:01.000Z';

test('opened projects are listed newest first, once each, and not when they are gone', async (t) => {
  const dir = temporaryDir(t);
  const file = join(dir, 'recent.json');
  const backend = await createBackend({
    engine: fakeEngine(),
    projectPath: null,
    host: 'test',
    version: '1.2.3',
    reviewer: 'ann',
    resources: await standInResources(dir),
    demoProjectDir: join(dir, 'demo'),
    recentFile: file,
  });
  t.after(() => backend.dispose());
  const { call } = callsOf(backend);
  assert.deepEqual(await call('project.recent', {}), []);
  for (const name of ['first', 'second', 'third', 'first'])
    await (name === 'first' && (await recentProjects(file)).length > 0
      ? call('project.open', { path: join(dir, name) })
      : call('project.create', { path: join(dir, name) }));
  const listed = await call('project.recent', {});
  assert.deepEqual(
    listed.map(({ name, path }) => [name, path]),
    ['first', 'third', 'second'].map((name) => [name, join(dir, name)]),
  );
  rmSync(join(dir, 'third'), { recursive: true });
  assert.deepEqual(
    (await call('project.recent', {})).map(({ name }) => name),
    ['first', 'second'],
  );
  const renamed = await call('project.rename', { name: ' Street signs ' });
  assert.equal(renamed.name, 'Street signs');
  assert.equal((await call('project.summary', {})).name, 'Street signs');
  assert.deepEqual(
    (await call('project.recent', {})).map(({ name }) => name),
    ['Street signs', 'second'],
  );
  assert.deepEqual(
    (await call('project.forget', { path: join(dir, 'second') })).map(({ name }) => name),
    ['Street signs'],
  );
  await assert.rejects(call('project.rename', { name: ' ' }), { code: 'bad_input' });
  assert.equal((await call('project.open', { path: join(dir, 'second') })).name, 'second');
  assert.equal((await call('project.open', { path: join(dir, 'first') })).name, 'Street signs');
  const heard: string[] = [];
  backend.subscribe((name) => heard.push(name));
  assert.deepEqual(await call('project.forgetRecent', {}), []);
  assert.deepEqual(await call('project.recent', {}), []);
  assert.deepEqual(heard, ['project.remembered']);
});

test('at most six are kept', async (t) => {
  const dir = temporaryDir(t);
  const file = join(dir, 'recent.json');
  for (let i = 0; i < 8; i++) {
    const path = join(dir, String(i));
    (await createProject(path, `Project ${i}`)).close();
    await rememberProject(file, { path, name: `Project ${i}`, openedAt });
  }
  assert.deepEqual(
    (await recentProjects(file)).map(({ name }) => name),
    [7, 6, 5, 4, 3, 2].map((i) => `Project ${i}`),
  );
});

test('a broken file is an empty list, and a place that cannot be written keeps nobody from opening', async (t) => {
  const dir = temporaryDir(t);
  const file = join(dir, 'recent.json');
  for (const text of ['', '{"projects":[{"path":1}]}', '[]']) {
    writeFileSync(file, text);
    assert.deepEqual(await recentProjects(file), [], text);
  }
  assert.deepEqual(await recentProjects(null), []);
  await rememberProject(join(file, 'no', 'folder'), { path: dir, name: 'x', openedAt });
});

test('11-C24: one entry that cannot be read takes none of the others', async (t) => {
  const dir = temporaryDir(t);
  const file = join(dir, 'recent.json');
  const path = join(dir, 'good');
  (await createProject(path, 'good')).close();
  writeFileSync(file, JSON.stringify({ projects: [{ path: 7 }, { path, name: 'good', openedAt }, null] }));
  assert.deepEqual(
    (await recentProjects(file)).map(({ name }) => name),
    ['good'],
  );
});
