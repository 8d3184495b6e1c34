/** How the Fovea that runs was put down on Linux. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { installedAs } from '../../src-main/updates/installed-as.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

test('an AppImage is one when the program lies in its mount, not when another AppImage started the program', async (t) => {
  const dir = temporaryDir(t);
  const [mount, other] = [join(dir, 'mount'), join(dir, 'mount-of-another')];
  for (const folder of [mount, other]) mkdirSync(folder);
  const program = join(mount, 'fovea');
  writeFileSync(program, '');
  const debList = join(dir, 'fovea.list');
  const as = (APPDIR: string): ReturnType<typeof installedAs> =>
    installedAs({ APPIMAGE: '/home/somebody/Fovea.AppImage', APPDIR }, program, debList);
  assert.deepEqual(await as(mount), { kind: 'appimage', program: '/home/somebody/Fovea.AppImage' });
  assert.deepEqual(await as(other), { kind: 'tar' });
  assert.deepEqual(await as(join(dir, 'mou')), { kind: 'tar' });
  assert.deepEqual(await as(join(dir, 'gone')), { kind: 'tar' });
  writeFileSync(debList, `/.\n${dir}\n${program}\n`);
  assert.deepEqual(await as(other), { kind: 'deb' });
  assert.deepEqual(await installedAs({}, join(mount, 'fove'), debList), { kind: 'tar' });
});
