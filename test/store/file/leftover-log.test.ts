/** A write-ahead log that a killed process left, beside a database that somebody put there since. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { guardCommits, transact, write, type WritableDb } from '../../../src-main/store/db.ts';
import { type FileIdentity, fileIdentity } from '../../../src-main/store/file/identity.ts';
import { setStaleLogAside } from '../../../src-main/store/file/leftover-log.ts';
import { openProject, type Project } from '../../../src-main/store/file/project.ts';
import { newestRevisionId, submitReview } from '../../../src-main/store/reviews/review.ts';
import { addSamples, testProject } from '../../support/project.ts';

function decide(project: Project, times: number): void {
  transact(project.db, () => {
    for (let n = 0; n < times; n++)
      submitReview(
        project.db,
        {
          sampleId: 1 + (n % 3),
          predictionId: null,
          decision: 'reject',
          label: null,
          reviewer: 'a',
          note: null,
        },
        undefined,
      );
  });
}

/** A project as a killed process leaves it, with `logged` decisions in its log, and an older state of its database. */
async function killed(
  t: TestContext,
  logged: number,
): Promise<{ dir: string; older: string; alone: string }> {
  const project = await testProject(t, 3);
  decide(project, 5);
  project.db.pragma('wal_checkpoint(TRUNCATE)');
  const [dir, older] = ['killed', 'older'].map((name) => join(dirname(project.path), name)) as [
    string,
    string,
  ];
  mkdirSync(older);
  cpSync(join(project.path, 'project.db'), join(older, 'project.db'));
  const alone = join(older, 'alone.db');
  await project.db.backup(alone);
  const copy = new Database(alone);
  copy.pragma('journal_mode = DELETE');
  copy.close();
  decide(project, 40);
  addSamples(project, 60);
  project.db.pragma('wal_checkpoint(TRUNCATE)');
  decide(project, logged);
  cpSync(project.path, dir, { recursive: true });
  rmSync(join(dir, 'project.db-shm'));
  assert.ok(statSync(join(dir, 'project.db-wal')).size > 0);
  return { dir, older: join(older, 'project.db'), alone };
}

function sound(project: Project): void {
  assert.equal(project.db.pragma('integrity_check(1)', { simple: true }), 'ok');
}

test('a log that belongs to its database is read in', async (t) => {
  const { dir } = await killed(t, 7);
  const project = openProject(dir);
  t.after(() => project.close());
  assert.equal(project.logAside, null);
  assert.equal(newestRevisionId(project.db), 52);
  sound(project);
});

for (const name of ['older', 'alone'] as const) {
  test(`a log beside a database it does not belong to (${name}) is set aside, and the database stays as it is`, async (t) => {
    const found = await killed(t, 7);
    cpSync(found[name], join(found.dir, 'project.db'));
    const project = openProject(found.dir);
    t.after(() => project.close());
    assert.equal(newestRevisionId(project.db), 5);
    sound(project);
    assert.ok(project.logAside !== null && existsSync(join(project.logAside, 'project.db-wal')));
    decide(project, 1);
    assert.equal(newestRevisionId(project.db), 6);
  });
}

test('a database that is written over while it is open is not touched by closing, and its log is set aside', async (t) => {
  const { dir, older } = await killed(t, 7);
  const project = openProject(dir);
  decide(project, 3);
  // The same inode: what cp and rsync --inplace do.
  cpSync(older, join(dir, 'project.db'), { mode: 0 });
  project.close();
  assert.deepEqual(readFileSync(join(dir, 'project.db')), readFileSync(older));
  assert.ok(!existsSync(join(dir, 'project.db-wal')));
  assert.equal(readdirSync(dir).filter((one) => one.startsWith('log-of-replaced-')).length, 1);
  const again = openProject(dir);
  t.after(() => again.close());
  assert.equal(newestRevisionId(again.db), 5);
  sound(again);
});

test('two connections that find the log empty begin it once: nobody takes a log in use for another database’s', async (t) => {
  const project = await testProject(t, 3);
  const { path } = project;
  project.close();
  const file = join(path, 'project.db');
  const before = generations(file);
  const [one, other] = [new Database(file), new Database(file)];
  t.after(() => [one, other].forEach((db) => db.close()));
  for (const db of [one, other]) db.pragma('journal_mode = WAL');
  const [first, second] = [one, other].map((db) => fileIdentity(db, [{ schema: 'main', file }])) as [
    FileIdentity,
    FileIdentity,
  ];
  guardCommits(other as WritableDb, second);
  let checks = 0;
  const rename = (db: Database.Database, name: string) =>
    write(db as WritableDb, 'UPDATE project SET name = ?').run(name);
  // The other one writes between this one's look and its transaction.
  guardCommits(one as WritableDb, {
    ...first,
    check: () => {
      first.check();
      if (++checks === 2) rename(other, 'other');
    },
  });
  rename(one, 'one');
  assert.equal(checks, 3);
  const now = generations(file);
  assert.notDeepEqual(now.now, before.now);
  assert.deepEqual(now.before, before.now, 'the log goes on from what the database itself says');
  assert.equal(setStaleLogAside(path, file), null);
});

function generations(file: string): { now: Buffer; before: Buffer } {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare('SELECT now, before FROM log_generation').get() as { now: Buffer; before: Buffer };
  } finally {
    db.close();
  }
}
