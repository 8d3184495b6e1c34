/** What a project takes, and what cleaning leaves: everything that cannot be made again. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { spaceInThread } from '../../../src-main/jobs/space/in-thread.ts';
import { ensureImage } from '../../../src-main/store/pictures/image.ts';
import { ensureRoot } from '../../../src-main/store/pictures/root.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { CLEANABLE, type Space } from '../../../src-shared/contract/procedures.ts';
import { testProject } from '../../support/project.ts';

const COPIES = ['2026-01-01T010101', '2026-01-02T010101', '2026-01-03T010101'];
const KEPT = `${'a'.repeat(64)}`;

async function filled(t: TestContext) {
  const project = await testProject(t, 2);
  const { path } = project;
  const put = (name: string, bytes: number): void => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), Buffer.alloc(bytes));
  };
  put('cache/thumbnails/256/1/a.webp', 1000);
  put('cache/pictures/1.png', 200);
  put(`cache/features/model/aa/${KEPT}`, 5000);
  put('cache/features/budget.json', 0);
  writeFileSync(join(path, 'cache/features/budget.json'), '{"bytes":7000}');
  for (const day of COPIES) put(`backups/project-${day}.db`, 300);
  put('backups/project-2025-01-01T010101-by-hand.db', 300);
  put('stored-pictures/aa/x.png', 50);
  for (const name of ['used', 'unused', 'fresh']) put(`uploads/${name}/a.png`, 70);
  for (const name of ['used', 'unused'])
    utimesSync(join(path, 'uploads', name, 'a.png'), new Date(0), new Date(0));
  const rootId = ensureRoot(project.db, path, join(path, 'uploads', 'used'));
  ensureImage(project.db, { rootId, path: 'a.png', bytes: 70, mtimeMs: 0, width: 1, height: 1 });
  const cacheDir = join(dirname(path), 'shared-cache');
  mkdirSync(cacheDir);
  const weights = `demo-${'0'.repeat(16)}.int8.safetensors`;
  for (const name of [weights, `${weights}.verified`, `${weights}.part`, 'browsers.json'])
    writeFileSync(join(cacheDir, name), Buffer.alloc(400));
  const budgets = { thumbnails: 1, pictures: 2, uploads: 3, cacheDir };
  return { project, path, cacheDir, weights, budgets };
}

const of = ({ parts }: Space, part: string) => parts.find((one) => one.part === part)!;

test('each part is counted, with what it may take and what of it can be had back', async (t) => {
  const { project, budgets } = await filled(t);
  const { space, freed } = await spaceInThread(project, [], budgets);
  assert.equal(freed, 0);
  const told = (part: string) => {
    const { bytes, files, freeable, budget } = of(space, part);
    return [bytes, files, freeable, budget];
  };
  assert.deepEqual(told('thumbnails'), [1000, 1, 1000, 1]);
  assert.deepEqual(told('features'), [5014, 2, 5000, 7000]);
  assert.deepEqual(told('backups'), [1200, 4, 300, null]);
  assert.deepEqual(told('uploads'), [210, 3, 70, 3]);
  assert.deepEqual(told('quantised'), [800, 2, 800, null]);
  assert.deepEqual(told('stored'), [50, 1, 0, null]);
  assert.ok(of(space, 'database').bytes > 0 && of(space, 'database').freeable === 0);
  assert.ok(space.freeOnDisk > 0);
});

test('cleaning all frees what was said, and leaves what cannot be made again', async (t) => {
  const { project, path, cacheDir, weights, budgets } = await filled(t);
  const outside = join(dirname(path), 'mine.txt');
  writeFileSync(outside, 'mine');
  symlinkSync(outside, join(path, 'cache', 'thumbnails', 'link.webp'));
  const said = (await spaceInThread(project, [], budgets)).space.parts.reduce(
    (sum, { freeable }) => sum + freeable,
    0,
  );
  const { freed, space } = await spaceInThread(project, CLEANABLE, budgets);
  assert.equal(freed, said);
  assert.deepEqual(
    space.parts.filter(({ freeable }) => freeable > 0),
    [],
  );
  assert.ok(existsSync(outside), 'a link is not followed');
  assert.deepEqual(readdirSync(join(path, 'uploads')).sort(), ['fresh', 'used']);
  assert.deepEqual(readdirSync(join(path, 'backups')).sort(), [
    'project-2025-01-01T010101-by-hand.db',
    ...COPIES.slice(1).map((day) => `project-${day}.db`),
  ]);
  for (const name of ['stored-pictures/aa/x.png', 'maps.db', 'project.db', 'cache/features/budget.json'])
    assert.ok(existsSync(join(path, name)), name);
  assert.deepEqual(readdirSync(cacheDir).sort(), ['browsers.json', `${weights}.part`]);
  assert.equal((project as Project).readOnly, null);
});

test('one part alone leaves the others', async (t) => {
  const { project, budgets } = await filled(t);
  const { freed, space } = await spaceInThread(project, ['thumbnails'], budgets);
  assert.deepEqual([freed, of(space, 'features').freeable], [1000, 5000]);
});
