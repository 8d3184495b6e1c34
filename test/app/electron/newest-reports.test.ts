import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { keepNewest } from '../../../src-main/app/electron/newest-reports.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

test('the newest reports are kept, in whatever folder they are; other files stay', (t) => {
  const dir = temporaryDir(t);
  for (const folder of ['new', 'pending']) mkdirSync(join(dir, folder));
  const put = (name: string, at: number): void => {
    writeFileSync(join(dir, name), name);
    utimesSync(join(dir, name), at, at);
  };
  put('settings.dat', 1);
  put('new/c.dmp', 30);
  put('pending/a.dmp', 10);
  put('pending/b.dmp', 20);
  put('pending/d.dmp', 40);
  keepNewest(dir, 2);
  const left = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'));
  assert.deepEqual(left.sort(), [join('new', 'c.dmp'), join('pending', 'd.dmp'), 'settings.dat']);
});

test('no folder: nothing to do', (t) => {
  keepNewest(join(temporaryDir(t), 'none'), 2);
});
