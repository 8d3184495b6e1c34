import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cascade, keepWindowState, readWindowState } from '../../../src-main/app/electron/window-state.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const display = { x: 0, y: 0, width: 1920, height: 1080 };
const second = { x: 1920, y: -200, width: 2560, height: 1440 };
const at = (x: number, y: number) => ({ bounds: { x, y, width: 1200, height: 800 }, maximized: false });

test('a window comes back where it was, and nothing else is left in the folder', (t) => {
  const folder = join(temporaryDir(t), 'missing yet');
  const path = join(folder, 'window.json');
  assert.equal(readWindowState(path, [display]), null);
  keepWindowState(path, at(100, 50));
  keepWindowState(path, { ...at(2000, -150), maximized: true });
  assert.deepEqual(readWindowState(path, [display, second]), { ...at(2000, -150), maximized: true });
  assert.deepEqual(readdirSync(folder), ['window.json']);
});

test('a place that no display shows is not used', (t) => {
  const path = join(temporaryDir(t), 'window.json');
  for (const [x, y] of [
    [2000, -150],
    [1850, 0],
    [-1150, 100],
    [100, -40],
    [100, 1070],
  ] as const) {
    keepWindowState(path, at(x, y));
    assert.equal(readWindowState(path, [display]), null, `${x}, ${y}`);
  }
  keepWindowState(path, at(-1000, 1000));
  assert.notEqual(readWindowState(path, [display]), null);
});

test('a damaged file is as good as none', (t) => {
  const path = join(temporaryDir(t), 'window.json');
  for (const text of ['', '{', '[]', '{"bounds":{"x":0,"y":0,"width":1,"height":1},"maximized":false}']) {
    writeFileSync(path, text);
    assert.equal(readWindowState(path, [display]), null, text);
  }
});

test('another window leaves the one below to be seen', () => {
  assert.deepEqual(cascade({ x: 5, y: 6, width: 1000, height: 700 }), {
    x: 33,
    y: 34,
    width: 1000,
    height: 700,
  });
});
