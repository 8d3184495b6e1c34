import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { exporters } from '../../../src-main/exporters/index.ts';
import { exportSamples } from '../../../src-main/jobs/export/export.ts';
import { removeFromProject } from '../../../src-main/jobs/removal/remove.ts';
import { addNote, setFlags } from '../../../src-main/store/samples/annotation.ts';
import { backUpDaily } from '../../../src-main/store/backup/backup.ts';
import { restoreDatabase } from '../../../src-main/store/repair/restore.ts';
import { judge, startBatch } from '../../../src-main/store/batches/batch.ts';
import { read } from '../../../src-main/store/db.ts';
import { facets } from '../../../src-main/store/samples/facets.ts';
import { hardlyWait } from '../../../src-main/store/patience.ts';
import { openProject, type Project } from '../../../src-main/store/file/project.ts';
import { countRemoval } from '../../../src-main/store/samples/removal.ts';
import { repairProject } from '../../../src-main/store/repair/repair.ts';
import { reviewHistory, submitReview } from '../../../src-main/store/reviews/review.ts';
import { refreshAllSampleStates } from '../../../src-main/store/samples/state.ts';
import { countSamples, listSampleIds } from '../../../src-main/store/samples/query.ts';
import { projectSummary } from '../../../src-main/store/dashboard/summary.ts';
import { addSamples, predict, testProject, testRun } from '../../support/project.ts';

const SAMPLES = 300;
const GONE = Array.from({ length: 120 }, (_, n) => n + 101);

const reject = (project: Project, sampleId: number): unknown =>
  submitReview(
    project.db,
    { sampleId, predictionId: null, decision: 'reject', label: null, reviewer: 'ann', note: null },
    undefined,
  );

/** Labels, decisions, notes, flags and an audit on samples that stay and on samples that go. */
async function worked(t: TestContext): Promise<Project> {
  const project = await testProject(t, 0);
  addSamples(project, SAMPLES);
  const run = testRun(project);
  for (let id = 1; id <= SAMPLES; id += 2) predict(project, run, id);
  for (const id of [1, 2, 101, 102, 150]) reject(project, id);
  const accept = {
    decision: 'accept',
    label: null,
    predictionId: null,
    reviewer: 'ann',
    note: null,
  } as const;
  for (const id of [3, 103]) submitReview(project.db, { ...accept, sampleId: id }, undefined);
  addNote(project.db, 104, 'look', 'ann');
  setFlags(project.db, [105, 5], ['example'], true, 'ann');
  const { batch } = startBatch(project.db, {
    decision: 'accept',
    filter: NO_FILTER,
    ids: null,
    except: [],
    target: 0.1,
    reviewer: 'ann',
  });
  const looked = read<{ id: number }>(
    project.db,
    'SELECT sample_id AS id FROM batch_item WHERE place IS NOT NULL AND sample_id BETWEEN 101 AND 220 LIMIT 1',
  ).get();
  if (looked) judge(project.db, batch.id, looked.id, 'right');
  return project;
}

test('what is removed is gone from lists, counts, search, maps and exports, and nothing else is', async (t) => {
  const project = await worked(t);
  const { db } = project;
  const maps = (): number => read<{ n: number }>(db, 'SELECT COUNT(*) AS n FROM maps.map_set').get()!.n;
  assert.equal(maps(), 150);
  assert.deepEqual(countRemoval(db, GONE), { samples: 120, decided: 4, labelled: 60, marked: 2 });
  const report = await removeFromProject(project, GONE);
  assert.deepEqual([report.samples, report.decided], [120, 4]);
  assert.ok(report.copy !== null && existsSync(report.copy));

  const { samples, images } = projectSummary(db, '');
  assert.deepEqual([samples, images, maps(), countSamples(db, NO_FILTER)], [180, 180, 90, 180]);
  assert.deepEqual(countRemoval(db, GONE), { samples: 0, decided: 0, labelled: 0, marked: 0 });
  assert.equal(countSamples(db, { ...NO_FILTER, text: 'n° 150' }), 0);
  assert.equal(countSamples(db, { ...NO_FILTER, text: 'n° 250' }), 1);
  assert.deepEqual(listSampleIds(db, NO_FILTER, 99, 2), [100, 221]);
  assert.equal(facets(db).withNotes, 0);
  assert.deepEqual(db.pragma('foreign_key_check'), []);
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  assert.equal(read(db, 'SELECT 1 FROM being_removed').all().length, 0);
  const before = read(db, 'SELECT * FROM sample_state').all();
  refreshAllSampleStates(db);
  assert.deepEqual(read(db, 'SELECT * FROM sample_state').all(), before);
  assert.throws(() => db.exec('DELETE FROM review'), /append-only/);

  const path = join(project.path, '..', 'out.jsonl');
  const options = { format: 'jsonl', path, replace: 'nothing', includeUnreviewed: true } as const;
  const exported = await exportSamples(project, options, exporters);
  assert.equal(exported.done + Object.values(exported.skipped).reduce((a, b) => a + b, 0), 180);
  assert.ok(!readFileSync(path, 'utf8').includes('"q103"'));
  // Numbers are not given again.
  addSamples(project, 101);
  assert.ok(listSampleIds(db, NO_FILTER, 180, 9).every((id) => id > SAMPLES));
});

test('decisions stay in the journal; repair puts them back only where their samples were put back', async (t) => {
  const project = await worked(t);
  const { path } = project;
  await backUpDaily(project.db, path);
  reject(project, 160);
  const { copy } = await removeFromProject(project, GONE);
  const journal = readFileSync(join(path, 'decisions.jsonl'), 'utf8');
  for (const id of [101, 102, 103, 150, 160]) assert.ok(journal.includes(`"sample":"q${id}","folder"`));
  reject(project, 10);
  // Imported again: a new life.
  addSamples(project, 102);
  const again = listSampleIds(project.db, { ...NO_FILTER, text: 'q101' }, 0, 9);
  assert.equal(again.length, 1);
  project.close();

  const sound = await repairProject(path);
  assert.deepEqual([sound.database, sound.replayed, sound.removed, sound.withoutSample], ['sound', 0, 5, 0]);

  // From a copy of before: what was removed since is removed again, and what was decided since is put back.
  for (const ending of ['', '-wal', '-shm']) rmSync(join(path, `project.db${ending}`), { force: true });
  rmSync(copy!);
  const rebuilt = await repairProject(path);
  assert.ok(typeof rebuilt.database === 'object');
  assert.deepEqual([rebuilt.removedAgain, rebuilt.replayed, rebuilt.withoutSample], [120, 1, 0]);
  const opened = openProject(path);
  assert.equal(countSamples(opened.db, NO_FILTER), 180);
  assert.equal(reviewHistory(opened.db, 10).length, 1);
  opened.close();
});

test('a copy that is put back on purpose takes the removal back, with later decisions on it', async (t) => {
  const project = await worked(t);
  const { path } = project;
  const daily = await backUpDaily(project.db, path);
  assert.ok(daily && 'file' in daily);
  reject(project, 160);
  await removeFromProject(project, GONE);
  project.close();
  restoreDatabase(path, daily.file);
  const { database, replayed, removed, removedAgain } = await repairProject(path);
  assert.deepEqual([database, replayed, removed, removedAgain], ['sound', 1, 0, 0]);
  const opened = openProject(path);
  t.after(() => opened.close());
  assert.equal(countSamples(opened.db, NO_FILTER), SAMPLES);
  assert.equal(reviewHistory(opened.db, 160).length, 1);
});

test('a removal can be stopped between chunks; undecided samples cost no copy', async (t) => {
  const project = await testProject(t, 0);
  addSamples(project, 2500);
  const controller = new AbortController();
  const ids = listSampleIds(project.db, NO_FILTER, 0, 3000);
  const stopped = removeFromProject(project, ids, {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await assert.rejects(stopped, /1000 of 2,500 samples removed/);
  assert.equal(countSamples(project.db, NO_FILTER), 1500);
  const { copy } = await removeFromProject(project, ids);
  assert.equal(copy, null);
  assert.deepEqual([countSamples(project.db, NO_FILTER), projectSummary(project.db, '').images], [0, 0]);
});

test('another program that writes is waited for between two chunks', async (t) => {
  const project = await testProject(t, 1100);
  hardlyWait(project.db);
  const other = openProject(project.path);
  t.after(() => other.close());
  const onProgress = (done: number): void => {
    if (done !== 1000) return;
    other.db.exec('BEGIN IMMEDIATE');
    setTimeout(() => other.db.exec('COMMIT'), 150);
  };
  const ids = listSampleIds(project.db, NO_FILTER, 0, 1100);
  assert.equal((await removeFromProject(project, ids, { onProgress })).samples, 1100);
  assert.equal(countSamples(project.db, NO_FILTER), 0);
});
