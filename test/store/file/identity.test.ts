/** A database that is replaced, restored or deleted while it is open: nothing is answered as saved from then on. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openProject, type Project, withSnapshot } from '../../../src-main/store/file/project.ts';
import { newestRevisionId, submitReview } from '../../../src-main/store/reviews/review.ts';
import { addNote } from '../../../src-main/store/samples/annotation.ts';
import { addSamples, testProject } from '../../support/project.ts';

const decide = (project: Project, sampleId = 1): unknown =>
  submitReview(
    project.db,
    { sampleId, predictionId: null, decision: 'reject', label: null, reviewer: 'a', note: null },
    undefined,
  );

/** What people and tools do to an open project's folder. */
const FAULTS: Readonly<Record<string, (folder: string, copy: string) => void>> = {
  'another database is moved into its place': (folder, copy) =>
    renameSync(join(copy, 'project.db'), join(folder, 'project.db')),
  'the database is deleted': (folder) => rmSync(join(folder, 'project.db')),
  'the log is deleted': (folder) => rmSync(join(folder, 'project.db-wal')),
  'the index of the log is deleted': (folder) => rmSync(join(folder, 'project.db-shm')),
  'the maps are replaced': (folder, copy) => renameSync(join(copy, 'maps.db'), join(folder, 'maps.db')),
  'an older state is written over it, with its time': (folder) =>
    utimesSync(join(folder, 'project.db'), 1, 1),
  'a shorter one is written over it': (folder, copy) => {
    writeFileSync(join(copy, 'short'), 'short');
    copyFileSync(join(copy, 'short'), join(folder, 'project.db'));
  },
  'the copy is written into it, as cp does': (folder, copy) =>
    execFileSync('cp', [join(copy, 'project.db'), join(folder, 'project.db')]),
  'the copy is written into it with its time, as cp -p does': (folder, copy) =>
    execFileSync('cp', ['-p', join(copy, 'project.db'), join(folder, 'project.db')]),
  'a few bytes of it are written, as rsync --inplace does': (folder, copy) => {
    const file = openSync(join(folder, 'project.db'), 'r+');
    writeSync(file, readFileSync(join(copy, 'project.db')).subarray(4096, 8192), 0, 4096, 4096);
    closeSync(file);
  },
  'git puts another state of it there': (folder) => {
    const git = (...args: string[]): void =>
      void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: folder });
    git('init', '-q');
    git('add', 'project.db');
    git('commit', '-qm', 'one');
    writeFileSync(
      join(folder, '.git', 'other'),
      readFileSync(join(folder, 'project.db')).fill(7, 5000, 5010),
    );
    const blob = execFileSync('git', ['hash-object', '-w', '.git/other'], { cwd: folder, encoding: 'utf8' });
    git('update-index', '--cacheinfo', `100644,${blob.trim()},project.db`);
    git('commit', '-qm', 'two');
    git('checkout', '-qf', 'HEAD', '--', 'project.db');
  },
  'the maps are written over': (folder, copy) =>
    execFileSync('cp', [join(copy, 'maps.db'), join(folder, 'maps.db')]),
  'the folder is moved away': (folder) => renameSync(folder, `${folder}-elsewhere`),
};

for (const [name, happens] of Object.entries(FAULTS)) {
  test(`${name}: saving stops, and says so`, async (t) => {
    const project = await testProject(t, 3);
    decide(project);
    const copy = mkdtempSync(join(dirname(project.path), 'copy-'));
    cpSync(project.path, copy, { recursive: true });
    happens(project.path, copy);
    assert.throws(() => decide(project, 2), { code: 'project_replaced' });
    assert.throws(() => addNote(project.db, 2, 'n', 'a'), { code: 'project_replaced' });
    await assert.rejects(
      withSnapshot(project, () => Promise.resolve(1)),
      { code: 'project_replaced' },
    );
  });
}

test('what SQLite, another process and this one do to the files is no replacement', async (t) => {
  const project = await testProject(t, 3);
  decide(project);
  project.db.pragma('wal_checkpoint(TRUNCATE)');
  decide(project, 2);
  const other = openProject(project.path);
  decide(other, 3);
  addSamples(other, 4);
  other.db.pragma('wal_checkpoint(TRUNCATE)');
  other.close();
  decide(project, 1);
  assert.equal(newestRevisionId(project.db), 4);
});
