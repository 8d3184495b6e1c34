/** A moved image folder: recognised when it is imported again, relinked with everything that was decided. */
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pictureFile } from '../../../src-main/jobs/pictures/file.ts';
import { checkInThread, planInThread } from '../../../src-main/jobs/pictures/in-thread.ts';
import { relink } from '../../../src-main/jobs/pictures/relink.ts';
import { countMarked } from '../../../src-main/store/pictures/change.ts';
import { missingByRoot } from '../../../src-main/store/pictures/version.ts';
import { projectSummary } from '../../../src-main/store/dashboard/summary.ts';
import { pictureProject } from '../../support/picture-project.ts';
import { writePng } from '../../support/scenes.ts';

test('importing again from where the folder was moved to is refused, and relinking takes everything along', async (t) => {
  const { dir, project, importFrom, accept } = await pictureProject(t);
  accept(1);
  renameSync(join(dir, 'p'), join(dir, 'p2'));
  await assert.rejects(importFrom('p2'), {
    code: 'conflict',
    where: join(dir, 'p'),
    message: /these are the pictures of .*\/p, which are not there any more/,
    next: /fovea relink/,
  });
  assert.deepEqual(await checkInThread(project, false), {
    looked: 3,
    changed: 0,
    missing: 3,
    unreadable: 0,
    takenForSame: 0,
    fingerprints: 0,
  });
  assert.deepEqual([...missingByRoot(project.db).values()], [3]);

  const [from, to] = [join(dir, 'p'), join(dir, 'p2')];
  const plan = await planInThread(project, from, to);
  assert.deepEqual([plan.found, plan.missing, plan.otherSize], [3, 0, 0]);
  await assert.rejects(pictureFile(project, 1), { code: 'not_found' });
  await relink(project, from, to, plan);
  assert.equal(await pictureFile(project, 1), join(to, '1.png'));
  const again = await importFrom('p2');
  assert.deepEqual([again.added, again.skipped], [0, 3]);
  assert.equal(projectSummary(project.db, '').byState.accepted, 1);
  const check = await checkInThread(project, false);
  assert.deepEqual([check.missing, check.changed], [0, 0]);
  assert.deepEqual(countMarked(project.db), { changed: 0, unshown: 0 });
});

test('a dry run counts what is missing or of another size, and changes nothing; another set is no move', async (t) => {
  const { dir, project, importFrom } = await pictureProject(t);
  cpSync(join(dir, 'p'), join(dir, 'p2'), { recursive: true });
  unlinkSync(join(dir, 'p2/1.png'));
  await writePng(join(dir, 'p2/2.png'), 90, 90);
  const plan = await planInThread(project, join(dir, 'p'), join(dir, 'p2'));
  assert.deepEqual([plan.found, plan.missing, plan.otherSize], [1, 1, 1]);
  assert.deepEqual(plan.examples, ['1.png', '2.png']);
  assert.equal(await pictureFile(project, 3), join(dir, 'p/3.png'));
  // The old folder is there: these are pictures of their own.
  copyFileSync(join(dir, 'p/1.png'), join(dir, 'p2/1.png'));
  assert.equal((await importFrom('p2')).added, 3);
  const back = await planInThread(project, join(dir, 'p'), join(dir, 'p2'));
  await assert.rejects(relink(project, join(dir, 'p'), join(dir, 'p2'), back), { code: 'conflict' });
});

test('several folders under one that was moved go along; a place without any of the pictures is refused', async (t) => {
  const { dir, project, importFrom } = await pictureProject(t);
  mkdirSync(join(dir, 'data'));
  renameSync(join(dir, 'p'), join(dir, 'data/a'));
  await relink(
    project,
    join(dir, 'p'),
    join(dir, 'data/a'),
    await planInThread(project, join(dir, 'p'), join(dir, 'data/a')),
  );
  cpSync(join(dir, 'data/a'), join(dir, 'data/b'), { recursive: true });
  assert.equal((await importFrom('data/b')).added, 3);
  renameSync(join(dir, 'data'), join(dir, 'moved'));
  const plan = await planInThread(project, join(dir, 'data'), join(dir, 'moved'));
  assert.deepEqual(
    plan.roots.map(({ to }) => to),
    [join(dir, 'moved/a'), join(dir, 'moved/b')],
  );
  assert.equal(plan.found, 6);
  mkdirSync(join(dir, 'empty'));
  const none = await planInThread(project, join(dir, 'data'), join(dir, 'empty'));
  await assert.rejects(relink(project, join(dir, 'data'), join(dir, 'empty'), none), { code: 'bad_input' });
  await relink(project, join(dir, 'data'), join(dir, 'moved'), plan);
  assert.equal(await pictureFile(project, 4), join(dir, 'moved/b/1.png'));
  await assert.rejects(planInThread(project, join(dir, 'nowhere'), join(dir, 'moved')), {
    code: 'bad_input',
  });
  await assert.rejects(planInThread(project, join(dir, 'moved'), join(dir, 'nowhere')), {
    code: 'not_found',
  });
});

test('a folder whose links were led elsewhere is relinked to itself, once somebody says so', async (t) => {
  const { dir, project } = await pictureProject(t);
  const [p, blobs] = [join(dir, 'p'), join(dir, 'blobs')];
  mkdirSync(blobs);
  renameSync(join(p, '1.png'), join(blobs, 'abc'));
  symlinkSync(join(blobs, 'abc'), join(p, '1.png'));
  await assert.rejects(pictureFile(project, 1), { code: 'conflict' });
  const plan = await planInThread(project, p, p);
  assert.deepEqual([plan.found, plan.linkedInto], [3, [blobs]]);
  await relink(project, p, p, plan);
  assert.equal(await pictureFile(project, 1), join(blobs, 'abc'));
});

test('the project that was moved with its pictures beside it finds them after relinking, and each place is held to', async (t) => {
  const { dir, project } = await pictureProject(t, 2);
  cpSync(join(dir, 'p'), join(dir, 'p2'), { recursive: true, preserveTimestamps: false });
  rmSync(join(dir, 'p'), { recursive: true });
  const plan = await planInThread(project, join(dir, 'p'), join(dir, 'p2'));
  await relink(project, join(dir, 'p'), join(dir, 'p2'), plan);
  const check = await checkInThread(project, true);
  // Copied without their times: the fingerprints taken at labelling say that they are the same.
  assert.deepEqual([check.changed, check.takenForSame, check.missing], [0, 0, 0]);
});
