/** Projects that do not open any more are made whole: from what can be read, from a copy, from the journal. */
import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { backUpDaily } from '../../../src-main/store/backup/backup.ts';
import { openProject, type Project } from '../../../src-main/store/file/project.ts';
import { repairProject } from '../../../src-main/store/repair/repair.ts';
import { reviewHistory, submitReview } from '../../../src-main/store/reviews/review.ts';
import { addSamples, predict, testProject, testRun } from '../../support/project.ts';

const SAMPLES = 160;

const whyRejected = (id: number, decision: string) => (decision === 'reject' && id % 4 ? 'Sink' : null);
const decide = (project: Project, sampleId: number, decision: 'accept' | 'reject') =>
  submitReview(
    project.db,
    {
      sampleId,
      predictionId: null,
      decision,
      label: null,
      reviewer: 'ann',
      note: `n${sampleId}`,
      reason: whyRejected(sampleId, decision),
    },
    undefined,
  );

/** A closed project of some hundred samples, all decided. */
async function decided(t: TestContext, copyAfter: number): Promise<string> {
  const project = await testProject(t, 0);
  addSamples(project, SAMPLES);
  const run = testRun(project);
  for (let id = 1; id <= SAMPLES; id++) {
    if (id % 2) predict(project, run, id);
    decide(project, id, id % 2 ? 'accept' : 'reject');
    if (id === copyAfter) await backUpDaily(project.db, project.path);
  }
  project.db.pragma('wal_checkpoint(TRUNCATE)');
  project.close();
  return project.path;
}

function damage(file: string, page: number, pages = 1): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(4096 * pages, 0x5a), 0, 4096 * pages, page * 4096);
  closeSync(fd);
}

function expectAll(t: TestContext, path: string): void {
  const { db, close } = openProject(path);
  t.after(close);
  for (let id = 1; id <= SAMPLES; id++) {
    const history = reviewHistory(db, id);
    assert.deepEqual(
      history.map(({ decision, note, reason }) => [decision, note, reason]),
      [[id % 2 ? 'accept' : 'reject', `n${id}`, id % 4 === 2 ? 'Sink' : null]],
      `sample ${id}`,
    );
  }
}

test('a sound project is left alone', async (t) => {
  const path = await decided(t, 0);
  const report = await repairProject(path);
  assert.partialDeepStrictEqual(report, { database: 'sound', aside: null, replayed: 0, known: SAMPLES });
  expectAll(t, path);
});

test('a database that was deleted comes back from the newest copy and the journal', async (t) => {
  const path = await decided(t, 100);
  for (const ending of ['', '-wal', '-shm']) rmSync(join(path, `project.db${ending}`), { force: true });
  const report = await repairProject(path);
  assert.ok(typeof report.database === 'object');
  // Half of the last sixty were accepted, and the copy has no predictions of theirs.
  assert.deepEqual([report.replayed, report.withoutPrediction], [30, 30]);
  const { db, close } = openProject(path);
  t.after(close);
  for (let id = 1; id <= SAMPLES; id++)
    assert.equal(reviewHistory(db, id).length, id <= 100 || id % 2 === 0 ? 1 : 0, `sample ${id}`);
  assert.deepEqual(
    [110, 112].map((id) => reviewHistory(db, id)[0]?.reason),
    ['Sink', null],
  );
});

test('a head that is gone: the copy, and the damaged file stays beside it', async (t) => {
  const path = await decided(t, SAMPLES);
  damage(join(path, 'project.db'), 0, 2);
  assert.throws(() => openProject(path), { code: 'bad_project' });
  const report = await repairProject(path);
  assert.ok(typeof report.database === 'object' && report.aside && existsSync(report.aside));
  expectAll(t, path);
});

test('a database without a copy: what can be read is kept, decisions come back from the journal', async (t) => {
  const path = await decided(t, 0);
  rmSync(join(path, 'backups'), { recursive: true, force: true });
  const file = join(path, 'project.db');
  // Pages that came late hold rows; early ones are where tables and indexes begin.
  const pages = Math.floor(statSync(file).size / 4096);
  for (const page of [pages - 2, pages - 5, pages - 9, pages - 14]) damage(file, page);
  assert.throws(() => openProject(path), { code: 'bad_project' });
  const report = await repairProject(path);
  assert.equal(report.database, 'rebuilt');
  assert.ok(report.aside && existsSync(join(report.aside, 'project.db')));
  const { db, close } = openProject(path);
  t.after(close);
  const samples = db.prepare('SELECT id FROM sample').pluck().all() as number[];
  assert.ok(samples.length > SAMPLES / 2, `${samples.length} samples`);
  const without = samples.filter((id) => reviewHistory(db, id).length === 0);
  assert.equal(without.length, report.withoutPrediction, 'only labels without a prediction wait');
  assert.equal(db.pragma('integrity_check(1)', { simple: true }), 'ok');
  assert.equal(db.pragma('foreign_key_check', { simple: true }), undefined);
});

test('neither a project nor a copy, or nothing readable: said so', async (t) => {
  const path = await decided(t, 0);
  writeFileSync(join(path, 'project.db'), 'x'.repeat(10_000));
  await assert.rejects(repairProject(path), { code: 'bad_project' });
  rmSync(join(path, 'project.db'));
  await assert.rejects(repairProject(path), { code: 'not_found' });
});
