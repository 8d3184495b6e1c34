/** Copies of a project's database: whole while it is in use, kept by rule, and the way back to one. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { backUp, backUpDaily } from '../../../src-main/store/backup/backup.ts';
import { BACKUPS, copyName, listCopies, pruneCopies } from '../../../src-main/store/backup/copies.ts';
import { restoreDatabase } from '../../../src-main/store/repair/restore.ts';
import { openProject, type Project } from '../../../src-main/store/file/project.ts';
import { newestRevisionId, submitReview } from '../../../src-main/store/reviews/review.ts';
import { testProject } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const decide = (project: Project, sampleId: number) =>
  submitReview(
    project.db,
    { sampleId, predictionId: null, decision: 'reject', label: null, reviewer: 'ann', note: null },
    undefined,
  );

test('a copy made while the project is open has every decision, and stands alone', async (t) => {
  const project = await testProject(t, 30);
  for (let id = 1; id <= 30; id++) decide(project, id);
  const file = join(temporaryDir(t), 'copy.db');
  const copying = backUp(project.db, file);
  decide(project, 1);
  await copying;
  const copy = new Database(file, { readonly: true });
  assert.ok((copy.prepare('SELECT COUNT(*) FROM review').pluck().get() as number) >= 30);
  copy.close();
  assert.deepEqual(readdirSync(join(file, '..')), ['copy.db']);
  await assert.rejects(backUp(project.db, file), { code: 'bad_input' });
});

test('one copy a day; seven days and four weeks stay, and what people made stays', async (t) => {
  const project = await testProject(t, 1);
  const dir = join(project.path, BACKUPS);
  mkdirSync(dir);
  const now = new Date(2026, 10, 28, 9);
  for (let day = 0; day < 60; day++) {
    writeFileSync(join(dir, copyName(new Date(2026, 10, 28 - day, 9), 'daily')), 'x');
  }
  writeFileSync(join(dir, copyName(new Date(2025, 0, 1), 'manual')), 'x');
  pruneCopies(project.path);
  const days = listCopies(project.path).map(({ kind, day }) => `${kind} ${day}`);
  assert.deepEqual(days, [
    'daily 2026-11-28',
    'daily 2026-11-27',
    'daily 2026-11-26',
    'daily 2026-11-25',
    'daily 2026-11-24',
    'daily 2026-11-23',
    'daily 2026-11-22',
    'daily 2026-11-15',
    'daily 2026-11-08',
    'manual 2025-01-01',
  ]);
  assert.equal(await backUpDaily(project.db, project.path, now), null, 'today has one');
  rmSync(dir, { recursive: true });
  const made = await backUpDaily(project.db, project.path, now);
  assert.ok(made && 'file' in made && existsSync(made.file));
});

test('before a migration the database is copied as it was', async (t) => {
  const project = await testProject(t, 1);
  project.close();
  const folder = join(temporaryDir(t), 'older');
  mkdirSync(folder);
  const db = new Database(join(folder, 'project.db'));
  for (const { sql } of projectMigrations.slice(0, 3)) db.exec(sql);
  db.pragma('user_version = 3');
  db.pragma(`application_id = ${0x466f7661}`);
  db.exec("INSERT INTO project (id, name, created_at) VALUES (1, 'old', 'then')");
  db.close();
  const opened = openProject(folder);
  opened.close();
  assert.ok(opened.beforeMigration && 'file' in opened.beforeMigration);
  const copy = new Database(opened.beforeMigration.file, { readonly: true });
  assert.equal(copy.pragma('user_version', { simple: true }), 3);
  copy.close();
  assert.equal(openProjectOnce(folder).beforeMigration, null);
});

function openProjectOnce(folder: string): Project {
  const project = openProject(folder);
  project.close();
  return project;
}

test('a copy is put back; the former database stays beside it, and who has it open stops saving', async (t) => {
  const project = await testProject(t, 3);
  decide(project, 1);
  const copy = join(temporaryDir(t), 'copy.db');
  await backUp(project.db, copy);
  decide(project, 2);
  const before = readFileSync(copy);
  const aside = restoreDatabase(project.path, copy);
  assert.throws(() => decide(project, 3), { code: 'project_replaced' });
  assert.ok(aside && existsSync(join(aside, 'project.db')));
  assert.deepEqual(readFileSync(copy), before, 'the copy is left as it is');
  const now = openProject(project.path);
  t.after(() => now.close());
  assert.equal(newestRevisionId(now.db), 1);
});

test('what is no sound project database is refused, and nothing is touched', async (t) => {
  const project = await testProject(t, 3);
  decide(project, 1);
  const dir = temporaryDir(t);
  const copy = join(dir, 'copy.db');
  await backUp(project.db, copy);
  const bytes = readFileSync(copy);
  const bad: [string, Buffer][] = [
    ['text', Buffer.from('x'.repeat(9000))],
    ['cut', bytes.subarray(0, bytes.length / 2)],
    ['damaged', Buffer.concat([bytes.subarray(0, 8192), Buffer.alloc(8192, 0x5a), bytes.subarray(16384)])],
  ];
  for (const [name, content] of bad) {
    writeFileSync(join(dir, name), content);
    assert.throws(() => restoreDatabase(project.path, join(dir, name)), { code: 'bad_project' }, name);
  }
  assert.throws(() => restoreDatabase(project.path, join(dir, 'none')), { code: 'not_found' });
  decide(project, 2);
  assert.ok(!readdirSync(project.path).some((name) => name.startsWith('before-') || name.includes('.tmp')));
});
