/** Set-up is a state: what counts as installed, what does not, and that two set-ups never run at once. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { whyNotInstalled, writeStamp } from '../../scripts/lib/installed.mjs';
import { withLock } from '../../scripts/lib/lock.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { temporaryDir } from '../support/temporary-dir.ts';

const other = process.platform === 'linux' ? 'darwin' : 'linux';

/** A checkout with one plain package, one binary for here, one for elsewhere, one WebAssembly fall-back. */
function checkout(t: TestContext): {
  dir: string;
  lock: (packages: object) => void;
  hide: (packages: object) => void;
} {
  const dir = temporaryDir(t);
  const wanted = {
    'node_modules/plain': { version: '1.0.0' },
    'node_modules/here': { version: '1.0.0', optional: true, os: [process.platform], cpu: [process.arch] },
    'node_modules/elsewhere': { version: '1.0.0', optional: true, os: [other] },
    'node_modules/wasm': { version: '1.0.0', optional: true },
  };
  for (const name of ['plain', 'here']) {
    mkdirSync(join(dir, 'node_modules', name), { recursive: true });
    writeFileSync(join(dir, 'node_modules', name, 'package.json'), '{}');
  }
  const lock = (packages: object): void =>
    writeFileSync(join(dir, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...packages } }));
  const hide = (packages: object): void =>
    writeFileSync(join(dir, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
  lock(wanted);
  const { 'node_modules/plain': plain, 'node_modules/here': here } = wanted;
  hide({ 'node_modules/plain': plain, 'node_modules/here': here });
  return { dir, lock, hide };
}

test('what npm ci leaves is installed, and stays so', (t) => {
  const { dir } = checkout(t);
  assert.equal(whyNotInstalled(dir), null);
  assert.ok(existsSync(join(dir, 'node_modules', '.fovea-stamp')));
  assert.equal(whyNotInstalled(dir), null);
});

test('nothing there is a first run', (t) => {
  const { dir } = checkout(t);
  rmSync(join(dir, 'node_modules'), { recursive: true });
  assert.equal(whyNotInstalled(dir), 'first run');
});

test('a set-up that was cut off has no hidden lockfile', (t) => {
  const { dir } = checkout(t);
  writeStamp(dir);
  rmSync(join(dir, 'node_modules', '.package-lock.json'));
  assert.match(String(whyNotInstalled(dir)), /did not finish/);
});

test('a package that went missing is noticed although everything was installed once', (t) => {
  const { dir } = checkout(t);
  writeStamp(dir);
  rmSync(join(dir, 'node_modules', 'plain'), { recursive: true });
  assert.match(String(whyNotInstalled(dir)), /plain is missing/);
});

test('a changed lockfile is noticed; one that only says the same in other words is not', (t) => {
  const { dir, lock } = checkout(t);
  assert.equal(whyNotInstalled(dir), null);
  lock({ 'node_modules/plain': { version: '1.0.0', license: 'MIT' } });
  assert.equal(whyNotInstalled(dir), null);
  lock({ 'node_modules/plain': { version: '2.0.0' } });
  assert.match(String(whyNotInstalled(dir)), /package-lock\.json changed/);
});

test('a binary of this platform that npm dropped in silence is noticed', (t) => {
  const { dir, hide } = checkout(t);
  hide({ 'node_modules/plain': { version: '1.0.0' } });
  assert.match(String(whyNotInstalled(dir)), /package-lock\.json changed/);
});

test('one holder at a time; a dead holder is taken over', async () => {
  const name = `test-${process.pid}`;
  const folder = join(root, '.cache', `${name}.lock`);
  const order: string[] = [];
  const first = withLock(name, async () => {
    order.push('first in');
    await new Promise((resolve) => setTimeout(resolve, 50));
    order.push('first out');
  });
  const second = withLock(name, () => Promise.resolve(order.push('second')));
  await Promise.all([first, second]);
  assert.deepEqual(order, ['first in', 'first out', 'second']);

  const { pid } = spawnSync(process.execPath, ['-e', '']);
  mkdirSync(folder);
  writeFileSync(join(folder, 'pid'), String(pid));
  await withLock(name, async (addOwner) => {
    addOwner(process.ppid);
    assert.equal(readFileSync(join(folder, 'pid'), 'utf8'), `${process.pid} ${process.ppid}`);
  });
  assert.equal(existsSync(folder), false);
});

test('the scripts that run before anything is installed use built-ins only', () => {
  for (const file of ['start', 'test', 'fovea', 'node']) {
    const { status, stderr } = spawnSync(process.execPath, ['--check', join(root, 'scripts', `${file}.mjs`)]);
    assert.equal(status, 0, String(stderr));
  }
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, specifier] of readFileSync(path, 'utf8').matchAll(/^import .*?'([^']+)'/gm)) {
      if (specifier.startsWith('.')) visit(join(path, '..', specifier));
      else assert.match(specifier, /^node:/, `${path} imports ${specifier}`);
    }
  };
  for (const file of ['start', 'test', 'fovea', 'node']) visit(join(root, 'scripts', `${file}.mjs`));
  assert.ok(seen.size > 8);
});
