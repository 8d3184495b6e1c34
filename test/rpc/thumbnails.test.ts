/** Thumbnails kept on disk: made once, the oldest deleted when there are too many, damaged and outdated ones made anew. */
import assert from 'node:assert/strict';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import sharp from 'sharp';
import { openThumbnails } from '../../src-main/rpc/thumbnails.ts';
import { openProject, type Project } from '../../src-main/store/file/project.ts';
import { makeLargeProject } from '../bench/ui/large-project.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const EDGE = 128;
const DAY_S = 86_400;
const PLENTY = 1 << 30;

async function projectWithPictures(t: TestContext): Promise<Project> {
  const path = join(temporaryDir(t), 'project');
  await makeLargeProject(path, 12);
  const project = openProject(path);
  t.after(() => project.close());
  return project;
}

/** The files of the cache with their sizes, oldest first. */
function kept(project: Project): { path: string; size: number }[] {
  const folder = join(project.path, 'cache', 'thumbnails');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, size: statSync(path).size, time: statSync(path).mtimeMs }))
    .sort((a, b) => a.time - b.time);
}

/** Asks for one thumbnail and gives the file that it made. */
async function madeFile(project: Project, imageId: number): Promise<string> {
  const before = new Set(
    existsSync(join(project.path, 'cache')) ? kept(project).map(({ path }) => path) : [],
  );
  await openThumbnails(project, PLENTY).get(imageId, EDGE);
  const fresh = kept(project).filter(({ path }) => !before.has(path));
  assert.equal(fresh.length, 1);
  return fresh[0].path;
}

test('the thumbnails made longest ago go when there are too many, and are made again when wanted', async (t) => {
  const project = await projectWithPictures(t);
  const files: string[] = [];
  for (let imageId = 1; imageId <= 8; imageId++) {
    const file = await madeFile(project, imageId);
    // One a day, the first the longest ago.
    const time = Date.now() / 1000 - (20 - imageId) * DAY_S;
    utimesSync(file, time, time);
    files.push(file);
  }
  const first = readFileSync(files[0]);
  const left = `${files[7]}.0badcafe.tmp`;
  writeFileSync(left, 'what a crash left');
  const limit = kept(project).reduce((sum, { size }) => sum + size, 0);

  const thumbnails = openThumbnails(project, limit);
  await thumbnails.get(9, EDGE);
  const after = kept(project);
  assert.ok(after.reduce((sum, { size }) => sum + size, 0) <= 0.8 * limit);
  assert.ok(!existsSync(left));
  const survivors = files.map((file) => existsSync(file));
  const gone = survivors.lastIndexOf(false);
  assert.ok(gone >= 0 && gone < 7, 'some went, not all');
  assert.deepEqual(
    survivors,
    files.map((_, i) => i > gone),
    'the oldest ones',
  );
  assert.deepEqual(Buffer.from(await thumbnails.get(1, EDGE)), first, 'made again as it was');
  assert.ok(existsSync(files[0]));
});

test('a whole thumbnail is served as it is kept, half of one is made anew', async (t) => {
  const project = await projectWithPictures(t);
  const file = await madeFile(project, 1);
  const whole = readFileSync(file);
  const { width, height, format } = await sharp(whole).metadata();
  assert.deepEqual([width, height, format], [EDGE, 96, 'webp']);
  const time = statSync(file).mtimeMs;
  assert.deepEqual(Buffer.from(await openThumbnails(project).get(1, EDGE)), whole);
  assert.equal(statSync(file).mtimeMs, time, 'not made a second time');
  truncateSync(file, whole.length / 2);
  assert.deepEqual(Buffer.from(await openThumbnails(project).get(1, EDGE)), whole);
  assert.deepEqual(readFileSync(file), whole, 'and kept whole');
});

test('a replaced picture gets a new thumbnail, a missing one says so', async (t) => {
  const project = await projectWithPictures(t);
  const thumbnails = openThumbnails(project);
  const before = await thumbnails.get(1, EDGE);
  const picture = join(project.path, 'images', '0.jpg');
  rmSync(picture);
  await assert.rejects(thumbnails.get(1, EDGE), { code: 'not_found' });
  const red = { width: 1280, height: 960, channels: 3, background: 'red' } as const;
  writeFileSync(picture, await sharp({ create: red }).jpeg().toBuffer());
  const after = await thumbnails.get(1, EDGE);
  assert.notDeepEqual(after, before);
  const { dominant } = await sharp(after).stats();
  assert.ok(dominant.r > 200 && dominant.g < 60);
});
