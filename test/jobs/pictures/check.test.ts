/** A look at all files: fingerprints once, then only what was written to; export leaves out labels of other pictures. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { exporters } from '../../../src-main/exporters/index.ts';
import { exportSamples } from '../../../src-main/jobs/export/export.ts';
import { checkPictures } from '../../../src-main/jobs/pictures/check.ts';
import { checkInThread } from '../../../src-main/jobs/pictures/in-thread.ts';
import { read, write } from '../../../src-main/store/db.ts';
import { keepForPicture } from '../../../src-main/store/pictures/change.ts';
import { countSamples, listSamples } from '../../../src-main/store/samples/query.ts';
import { sampleDetail } from '../../../src-main/store/shown/sample-detail.ts';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { pictureProject } from '../../support/picture-project.ts';
import { writePng } from '../../support/scenes.ts';

const quiet = { stopped: () => false, onProgress: () => undefined };

test('every picture gets its fingerprint once; after that a look reads no file that was not written to', async (t) => {
  const { project } = await pictureProject(t, 4);
  write(project.db, 'UPDATE image SET sha256 = NULL').run();
  assert.equal((await checkInThread(project, true)).fingerprints, 4);
  let signs = 0;
  const report = await checkPictures(project, { ...quiet, fingerprint: true, onSign: () => signs++ });
  assert.deepEqual([report.looked, report.fingerprints, signs], [4, 0, 4]);
});

test('it can be stopped between two pictures, and cancelled from outside', async (t) => {
  const { project } = await pictureProject(t, 4);
  let asked = 0;
  const report = await checkPictures(project, { ...quiet, fingerprint: true, stopped: () => ++asked > 2 });
  assert.ok(report.looked < 4);
  const controller = new AbortController();
  controller.abort();
  await assert.rejects(checkInThread(project, true, { signal: controller.signal }), { code: 'cancelled' });
});

test('what was stopped has let go of the project when that is told', async (t) => {
  const { project, at } = await pictureProject(t, 1);
  write(project.db, 'UPDATE image SET sha256 = NULL').run();
  // It is still being read when the thread is asked to stop.
  truncateSync(at('1.png'), 500 << 20);
  const controller = new AbortController();
  const look = checkInThread(project, true, { signal: controller.signal });
  setTimeout(() => controller.abort(), 250);
  await assert.rejects(look, { code: 'cancelled' });
  project.close();
  // Only who is alone with a database may end its log.
  const alone = new Database(join(project.path, 'project.db'), { timeout: 0 });
  t.after(() => alone.close());
  assert.equal(alone.pragma('journal_mode = DELETE', { simple: true }), 'delete');
});

test('changed, missing and unreadable pictures are counted, marked in list and facts, and found by the filter', async (t) => {
  const { project, at, accept } = await pictureProject(t, 4);
  accept(1);
  await writePng(at('1.png'), 20, 30);
  rmSync(at('2.png'));
  rmSync(at('3.png'));
  if (process.platform === 'win32') writeFileSync(at('3.png'), 'no picture');
  else execFileSync('mkfifo', [at('3.png')]);
  const report = await checkInThread(project, true);
  assert.deepEqual([report.changed, report.missing, report.unreadable, report.looked], [1, 1, 1, 4]);
  assert.deepEqual(
    listSamples(project.db, NO_FILTER, 0, 10).map(({ picture }) => picture),
    ['changed', 'unshown', 'unshown', null],
  );
  const counted = (pictures: 'changed' | 'unshown') => countSamples(project.db, { ...NO_FILTER, pictures });
  assert.deepEqual([counted('changed'), counted('unshown')], [1, 2]);
  const { image } = sampleDetail(project.db, 1);
  assert.deepEqual([image.width, image.height, image.changed], [20, 30, { was: [30, 20], now: [20, 30] }]);
  assert.match(sampleDetail(project.db, 2).image.problem ?? '', /missing/);
});

test('no export writes an old label with new pixels: it is left out, counted, and goes out once it is kept', async (t) => {
  const { dir, project, at, accept } = await pictureProject(t, 3);
  accept(1, 2, 3);
  await writePng(at('1.png'), 20, 30);
  // Other pixels of the same size.
  const bytes = readFileSync(at('2.png'));
  writeFileSync(at('2.png'), Buffer.concat([bytes, Buffer.from('a comment behind the end')]));
  for (const format of ['coco', 'jsonl', 'sdrpn'] as const) {
    const path = join(dir, `out.${format}`);
    const options = { format, path, includeUnreviewed: true, replace: 'own' } as const;
    const report = await exportSamples(project, options, exporters);
    assert.equal(report.skipped['picture_changed_since_labelling'], 2, format);
    assert.deepEqual(report.pictures, { changed: 2, unshown: 0, unchecked: null });
  }
  assert.deepEqual(keepForPicture(project.db, [1, 2, 3], 'ann'), { kept: 1, otherSize: 1 });
  const path = join(dir, 'kept.json');
  const options = { format: 'jsonl', path, includeUnreviewed: true, replace: 'own' } as const;
  const report = await exportSamples(project, options, exporters);
  assert.deepEqual([report.done, report.skipped['picture_changed_since_labelling']], [2, 1]);
  assert.deepEqual(read(project.db, 'SELECT reviewer FROM picture_kept').all(), [{ reviewer: 'ann' }]);
});
