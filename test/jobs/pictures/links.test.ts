/** Linked pictures: followed where they led when they were imported, and nowhere else. */
import assert from 'node:assert/strict';
import { mkdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { importQuestions } from '../../../src-main/jobs/import/import.ts';
import { pictureFile } from '../../../src-main/jobs/pictures/file.ts';
import { findImageFile } from '../../../src-main/rpc/image-file.ts';
import { openShownPictures } from '../../../src-main/rpc/shown-pictures.ts';
import { openThumbnails } from '../../../src-main/rpc/thumbnails.ts';
import { read } from '../../../src-main/store/db.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { testProject } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { writePng } from '../../support/scenes.ts';

interface Data {
  readonly dir: string;
  readonly project: Project;
  /** Imports these pictures from a folder and gives the ids by name. */
  take(folder: string, names: readonly string[]): Promise<Record<string, number>>;
}

async function setUp(t: TestContext): Promise<Data> {
  const dir = realpathSync(temporaryDir(t));
  const project = await testProject(t, 0);
  const questionsFile = join(dir, 'q.jsonl');
  return {
    dir,
    project,
    async take(folder, names) {
      const line = (name: string): string =>
        JSON.stringify({ question_id: name, image: name, text: 'what ?' });
      writeFileSync(questionsFile, names.map(line).join('\n'));
      const report = await importQuestions(project, { imagesDir: join(dir, folder), questionsFile });
      assert.deepEqual(report.failures, []);
      const rows = read<{ id: number; path: string }>(project.db, 'SELECT id, path FROM image').all();
      return Object.fromEntries(rows.map(({ id, path }) => [path, id]));
    },
  };
}

/** As Hugging Face's cache lays a snapshot out: names that lead to files named by their hashes. */
async function snapshot(dir: string): Promise<void> {
  mkdirSync(join(dir, 'hub/snapshots/abc/train'), { recursive: true });
  mkdirSync(join(dir, 'hub/blobs'));
  await writePng(join(dir, 'hub/blobs/9f86d0'), 40, 20);
  await writePng(join(dir, 'hub/blobs/60303a'), 30, 60);
  symlinkSync('../../../blobs/9f86d0', join(dir, 'hub/snapshots/abc/train/a.png'));
  symlinkSync('../../blobs/60303a', join(dir, 'hub/snapshots/abc/b.png'));
}

test("a snapshot of Hugging Face's cache is imported, shown, and its blobs' folder recorded", async (t) => {
  const { dir, project, take } = await setUp(t);
  await snapshot(dir);
  const ids = await take('hub/snapshots/abc', ['train/a.png', 'b.png']);
  assert.deepEqual(read(project.db, 'SELECT folder FROM root_link').all(), [
    { folder: join(dir, 'hub/blobs') },
  ]);
  assert.deepEqual(read(project.db, 'SELECT path, width, height FROM image ORDER BY path').all(), [
    { path: 'b.png', width: 30, height: 60 },
    { path: 'train/a.png', width: 40, height: 20 },
  ]);
  const file = await openShownPictures(project).find(ids['b.png']);
  assert.deepEqual(file, { path: join(dir, 'hub/blobs/60303a'), mime: 'image/png' });
  assert.ok((await openThumbnails(project).get(ids['train/a.png'], 128)).length > 0);
});

test('linked folders: the folder they lead to is recorded once, whatever lies in it', async (t) => {
  const { dir, project, take } = await setUp(t);
  mkdirSync(join(dir, 'p'));
  mkdirSync(join(dir, 'coco/train/deep'), { recursive: true });
  await writePng(join(dir, 'coco/train/1.png'));
  await writePng(join(dir, 'coco/train/deep/2.png'));
  symlinkSync(join(dir, 'coco/train'), join(dir, 'p/train'));
  const ids = await take('p', ['train/1.png', 'train/deep/2.png']);
  assert.deepEqual(read(project.db, 'SELECT folder FROM root_link').all(), [
    { folder: join(dir, 'coco/train') },
  ]);
  assert.equal(await pictureFile(project, ids['train/deep/2.png']), join(dir, 'coco/train/deep/2.png'));
});

test('a link that is led elsewhere after the import is not followed, and says so', async (t) => {
  const { dir, project, take } = await setUp(t);
  await snapshot(dir);
  mkdirSync(join(dir, 'private'));
  await writePng(join(dir, 'private/passport.png'));
  const ids = await take('hub/snapshots/abc', ['b.png']);
  rmSync(join(dir, 'hub/snapshots/abc/b.png'));
  symlinkSync(join(dir, 'private/passport.png'), join(dir, 'hub/snapshots/abc/b.png'));
  await assert.rejects(pictureFile(project, ids['b.png']), {
    code: 'conflict',
    message: /a link leads the picture out of its folder, to .*passport\.png/,
  });
  assert.equal(await findImageFile(project, ids['b.png']), null);
  await assert.rejects(openThumbnails(project).get(ids['b.png'], 128), { code: 'not_found' });
});

test('a chosen folder that is a link is held to where it led, and the same folder by another name is no new one', async (t) => {
  const { dir, project, take } = await setUp(t);
  mkdirSync(join(dir, 'v1'));
  mkdirSync(join(dir, 'v2'));
  await writePng(join(dir, 'v1/a.png'));
  await writePng(join(dir, 'v2/a.png'), 90, 90);
  symlinkSync('v1', join(dir, 'current'));
  const ids = await take('current', ['a.png']);
  await take('v1', ['a.png']);
  assert.equal(read<{ n: number }>(project.db, 'SELECT COUNT(*) AS n FROM sample').get()?.n, 1);
  rmSync(join(dir, 'current'));
  symlinkSync('v2', join(dir, 'current'));
  await assert.rejects(pictureFile(project, ids['a.png']), {
    code: 'conflict',
    message: /led to .*v1 and leads to .*v2 now/,
  });
  await assert.rejects(take('current', ['a.png']), { code: 'conflict' });
});

test('links that lead nowhere or in a circle cost their lines, with reasons', async (t) => {
  const { dir, project } = await setUp(t);
  mkdirSync(join(dir, 'p'));
  symlinkSync('gone.png', join(dir, 'p/dangling.png'));
  symlinkSync('round.png', join(dir, 'p/round.png'));
  writeFileSync(
    join(dir, 'q.jsonl'),
    ['dangling.png', 'round.png']
      .map((name) => JSON.stringify({ question_id: name, image: name, text: 'what ?' }))
      .join('\n'),
  );
  const { failures } = await importQuestions(project, {
    imagesDir: join(dir, 'p'),
    questionsFile: join(dir, 'q.jsonl'),
  });
  assert.match(failures[0].reason, /is a link to gone\.png, and nothing is there/);
  assert.match(failures[1].reason, /leads round in a circle/);
});

test('a project that lies beside its pictures can be moved with them', async (t) => {
  const { dir } = await setUp(t);
  const { createProject, openProject } = await import('../../../src-main/store/file/project.ts');
  const project = await createProject(join(dir, 'set'), 'Set');
  mkdirSync(join(dir, 'set/images'));
  await writePng(join(dir, 'set/images/a.png'));
  writeFileSync(join(dir, 'q.jsonl'), JSON.stringify({ question_id: '1', image: 'a.png', text: 'what ?' }));
  await importQuestions(project, { imagesDir: join(dir, 'set/images'), questionsFile: join(dir, 'q.jsonl') });
  project.close();
  renameSync(join(dir, 'set'), join(dir, 'moved'));
  const moved = openProject(join(dir, 'moved'));
  t.after(() => moved.close());
  assert.equal(await pictureFile(moved, 1), join(dir, 'moved/images/a.png'));
});
