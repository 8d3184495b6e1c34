/** The file a page gets for a picture: as imported where a browser shows what the model sees, else one made of it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test, type TestContext } from 'node:test';
import { decodeImage, readImageSize } from '../../src-main/checkpoint/image/decode.ts';
import { openShownPictures } from '../../src-main/rpc/shown-pictures.ts';
import { openThumbnails } from '../../src-main/rpc/thumbnails.ts';
import { ensureImage } from '../../src-main/store/pictures/image.ts';
import { ensurePreset } from '../../src-main/store/runs/preset.ts';
import type { Project } from '../../src-main/store/file/project.ts';
import { ensureRoot } from '../../src-main/store/pictures/root.ts';
import { ensureRun, setActiveRun } from '../../src-main/store/runs/run.ts';
import { sampleDetail } from '../../src-main/store/shown/sample-detail.ts';
import { ensureModel } from '../../src-main/store/runs/model.ts';
import { testPreset, testProject } from '../support/project.ts';

const golden = (name: string) => fileURLToPath(new URL(`../golden/image/kinds/${name}`, import.meta.url));

/** The id of a golden picture in a project. */
async function imported(project: Project, name: string): Promise<{ id: number; path: string }> {
  const dir = join(project.path, '..', 'pictures');
  mkdirSync(dir, { recursive: true });
  const path = join(dir, name);
  copyFileSync(golden(name), path);
  const { size: bytes, mtimeMs } = statSync(path);
  const [width, height] = await readImageSize(path);
  const rootId = ensureRoot(project.db, project.path, dir);
  return { id: ensureImage(project.db, { rootId, path: name, bytes, mtimeMs, width, height }), path };
}

const empty = (t: TestContext) => testProject(t, 1);

test('plain pictures are sent as they are', async (t) => {
  const project = await empty(t);
  const shown = openShownPictures(project);
  for (const name of [
    'jpg-422.jpg',
    'jpg-turned-6.jpg',
    'png-rgb-16.png',
    'webp-turned.webp',
    'avif-420.avif',
  ]) {
    const { id, path } = await imported(project, name);
    assert.equal((await shown.find(id))?.path, path, name);
  }
  assert.equal(await shown.find(99), null);
});

test('others are sent as PNG of the pixels that the model sees, made again when somebody deletes them', async (t) => {
  const project = await empty(t);
  const shown = openShownPictures(project);
  for (const name of [
    'png-palette-alpha.png',
    'png-grey-16.png',
    'tif-turned-6.tif',
    'gif-small-frame-transparent.gif',
    'avif-turned-6.avif',
    'jpg-ycck.jpg',
  ]) {
    const { id, path } = await imported(project, name);
    const want = await decodeImage(path);
    for (const time of ['first', 'second', 'after deletion']) {
      const file = await shown.find(id);
      assert.ok(file && file.path !== path && file.mime === 'image/png', `${name} ${time}`);
      const { width, height, data } = await decodeImage(file.path);
      assert.deepEqual([width, height], [want.width, want.height]);
      assert.ok(Buffer.from(want.data).equals(data), `${name} ${time}`);
      if (time === 'second') rmSync(file.path);
    }
  }
});

test('a run on white shows transparent pictures on white, under another address', async (t) => {
  const project = await empty(t);
  const shown = openShownPictures(project);
  const { id, path } = await imported(project, 'webp-alpha.webp');
  const plain = await shown.find(id);
  const before = sampleDetail(project.db, 1).image.url;
  const preset = { ...testPreset, picture: { exif: 'stored', alpha: 'white' } } as const;
  const modelId = ensureModel(project.db, { fingerprint: 'f', dir: '/m', name: 'm', family: 'llava' });
  const presetId = ensurePreset(project.db, preset);
  setActiveRun(project.db, ensureRun(project.db, { modelId, presetId, settings: {}, answerMode: 'self' }));
  const white = await shown.find(id);
  assert.ok(plain && white);
  assert.notDeepEqual(readFileSync(white.path), readFileSync(plain.path));
  const seen = await decodeImage(path, preset.picture);
  assert.ok(Buffer.from(seen.data).equals((await decodeImage(white.path)).data));
  assert.notEqual(sampleDetail(project.db, 1).image.url, before);
});

test('a named pipe in the place of a picture is no picture: nothing waits for it', async (t) => {
  const project = await empty(t);
  const { id, path } = await imported(project, 'jpg-422.jpg');
  rmSync(path);
  if (process.platform === 'win32') return;
  execFileSync('mkfifo', [path]);
  assert.equal(await openShownPictures(project).find(id), null);
  await assert.rejects(openThumbnails(project).get(id, 128), { code: 'not_found' });
});
