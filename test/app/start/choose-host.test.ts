/** Which host `npm start` takes, and that a failed fetch of Electron costs seconds only once. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseHost, type Machine } from '../../../src-main/app/start/choose-host.ts';
import { runElectron } from '../../../src-main/app/start/electron-host.ts';
import { recall, remember } from '../../../src-main/app/start/electron-memory.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const desktop: Machine = { platform: 'linux', isRoot: false, env: { DISPLAY: ':0' } };
const found = (): Promise<{ program: string }> => Promise.resolve({ program: '/electron' });
const never = (): Promise<never> => assert.fail('Electron was looked for in vain');

test('Electron where its program and a display are', async () => {
  assert.deepEqual(await chooseHost(desktop, false, found), { kind: 'electron', program: '/electron' });
  const wayland = { ...desktop, env: { WAYLAND_DISPLAY: 'wayland-0' } };
  assert.equal((await chooseHost(wayland, false, found)).kind, 'electron');
  assert.equal(
    (await chooseHost({ platform: 'darwin', isRoot: false, env: {} }, false, found)).kind,
    'electron',
  );
});

test('the browser, with the reason, and without looking for Electron first', async () => {
  const cases: [Machine, boolean, RegExp][] = [
    [{ ...desktop, env: {} }, false, /no display/],
    [{ ...desktop, isRoot: true }, false, /not run as root/],
    [desktop, true, /--browser/],
  ];
  for (const [machine, wanted, reason] of cases) {
    const choice = await chooseHost(machine, wanted, never);
    assert.equal(choice.kind, 'browser');
    assert.match(choice.kind === 'browser' ? choice.reason : '', reason);
  }
});

test('the browser when Electron cannot be had, saying why', async () => {
  const choice = await chooseHost(desktop, false, () => Promise.resolve({ why: 'no network' }));
  assert.deepEqual(choice, { kind: 'browser', reason: 'no network' });
});

test('a failed fetch is remembered for a day and one version', (t) => {
  const file = join(temporaryDir(t), 'sub', 'memory.json');
  const now = Date.now();
  assert.equal(recall(file, '1.0.0', now), null);
  remember(file, { version: '1.0.0', at: now, why: 'no network' });
  assert.equal(recall(file, '1.0.0', now + 1000), 'no network');
  assert.equal(recall(file, '1.0.1', now), null);
  assert.equal(recall(file, '1.0.0', now + 25 * 3_600_000), null);
  writeFileSync(file, 'garbage');
  assert.equal(recall(file, '1.0.0', now), null);
});

test(
  'an Electron that ends at once with an error has failed to start; one that ends well was closed',
  { skip: process.platform === 'win32' },
  async (t) => {
    const dir = join(temporaryDir(t), 'bin');
    mkdirSync(dir);
    const program = (body: string): string => {
      const path = join(dir, 'electron');
      writeFileSync(path, `#!/bin/sh\n${body}\n`);
      chmodSync(path, 0o755);
      return path;
    };
    const { signal } = new AbortController();
    const failed = await runElectron(program('exit 9'), '/project', true, signal);
    assert.match(failed.kind === 'failed' ? failed.why : '', /exit code 9/);
    assert.deepEqual(await runElectron(program('exit 0'), '/project', true, signal), {
      kind: 'closed',
      code: 0,
    });
    const missing = await runElectron(join(dir, 'none'), '/project', true, signal);
    assert.equal(missing.kind, 'failed');
    const stop = new AbortController();
    const running = runElectron(program('exec sleep 60'), '/project', true, stop.signal);
    stop.abort();
    assert.deepEqual(await running, { kind: 'closed', code: 0 });
  },
);
