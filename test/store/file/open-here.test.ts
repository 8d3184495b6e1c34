/** Opening a project again in the process that has it open drops none of SQLite's locks, in a thread either. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { openProject } from '../../../src-main/store/file/project.ts';
import { isOpenHere } from '../../../src-main/store/file/open-here.ts';
import { testProject } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const linux = { skip: process.platform !== 'linux' && 'no /proc/locks' };

/** Locks of this process on a file, as the kernel lists them. */
function locksOn(file: string): number {
  const { ino } = statSync(file);
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .filter((line) => line.includes(` ${process.pid} `) && line.includes(`:${ino} `)).length;
}

test(
  '11-C21: a project opened a second time in this process, or in a thread of it, keeps its locks',
  linux,
  async (t) => {
    const project = await testProject(t, 1);
    const { path } = project;
    const locked = (): number[] => ['project.db', 'maps.db'].map((name) => locksOn(join(path, name)));
    project.db.prepare('SELECT COUNT(*) FROM sample').get();
    const before = locked();
    assert.ok(
      before.every((count) => count > 0),
      String(before),
    );
    assert.ok(isOpenHere(join(path, 'project.db')));
    openProject(path).close();
    assert.deepEqual(locked(), before);
    const entry = join(temporaryDir(t), 'thread.mjs');
    const store = new URL('../../../src-main/store/file/project.ts', import.meta.url);
    writeFileSync(
      entry,
      `import { openProject } from ${JSON.stringify(store)};
       openProject(${JSON.stringify(path)}).close();`,
    );
    const thread = new Worker(entry);
    await once(thread, 'exit');
    assert.deepEqual(locked(), before);
    project.close();
    assert.ok(!isOpenHere(join(path, 'project.db')));
  },
);

test(
  '11-C21: a named pipe in place of project.db or maps.db is refused, not waited for',
  linux,
  async (t) => {
    const project = await testProject(t, 1);
    const { path } = project;
    project.close();
    rmSync(join(path, 'project.db'));
    execFileSync('mkfifo', [join(path, 'project.db')]);
    assert.throws(() => openProject(path), {
      code: 'bad_project',
      message: 'project.db is a named pipe, not a file',
    });
    assert.equal(isOpenHere(join(temporaryDir(t), 'nothing')), false);
  },
);
