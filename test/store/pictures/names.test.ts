import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { ensureImage } from '../../../src-main/store/pictures/image.ts';
import { pictureNames } from '../../../src-main/store/pictures/names.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { ensureRoot } from '../../../src-main/store/pictures/root.ts';
import { testProject } from '../../support/project.ts';

function picture(project: Project, dir: string, path: string): number {
  const rootId = ensureRoot(project.db, project.path, dir);
  ensureImage(project.db, { rootId, path, bytes: 1, mtimeMs: 0, width: 3, height: 2 });
  return rootId;
}

test('one image folder: its paths as they are, however the folder is stored', async (t) => {
  const project = await testProject(t, 2);
  const { folder, nameOf } = pictureNames(project.db, project.path);
  assert.deepEqual([folder, nameOf(1, '1.png')], [join(project.path, 'images'), '1.png']);
});

test('several: equal paths are two names, and each leads to its picture', async (t) => {
  const project = await testProject(t, 0);
  const data = dirname(project.path);
  const a = picture(project, join(data, 'A'), 'train/1.png');
  const b = picture(project, join(data, 'B'), 'train/1.png');
  const own = picture(project, join(project.path, 'images'), 'train/1.png');
  // A folder that nobody took a picture from has no say.
  ensureRoot(project.db, project.path, '/elsewhere');
  const { folder, nameOf } = pictureNames(project.db, project.path);
  assert.equal(folder, data);
  const names = [a, b, own].map((id) => nameOf(id, 'train/1.png'));
  assert.deepEqual(names, ['A/train/1.png', 'B/train/1.png', 'project/images/train/1.png']);
});

test('a folder and one inside it name the same file alike; a longer name is no folder above', async (t) => {
  const project = await testProject(t, 0);
  const data = dirname(project.path);
  const outer = picture(project, join(data, 'A'), 'in/1.png');
  const inner = picture(project, join(data, 'A', 'in'), '1.png');
  const names = pictureNames(project.db, project.path);
  assert.equal(names.nameOf(outer, 'in/1.png'), names.nameOf(inner, '1.png'));
  picture(project, join(data, 'A-more'), '1.png');
  assert.equal(pictureNames(project.db, project.path).folder, data);
});

test('no picture, no folder', async (t) => {
  const project = await testProject(t, 0);
  assert.equal(pictureNames(project.db, project.path).folder, null);
});
