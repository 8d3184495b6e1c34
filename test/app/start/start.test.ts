/** `npm start` as a process, on a machine without a display: what it says, that it answers, that nothing stays behind. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../../scripts/lib/paths.mjs';
import { demoProject } from '../../e2e/support/demo-project.ts';
import { isRunning } from '../../e2e/support/processes.ts';

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly text: () => string;
}

/** Starts with a data folder that holds the demo project from an earlier run. */
async function start(t: TestContext, asNpm = false): Promise<Started> {
  const made = await demoProject(t);
  const home = dirname(made);
  if (made !== join(home, 'demo')) renameSync(made, join(home, 'demo'));
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
  const command = [process.execPath, join(root, 'scripts/start.mjs'), '--no-open'];
  // npm runs a script through a shell that waits for it.
  const [program, ...args] = asNpm ? ['sh', '-c', '"$0" "$@"; exit $?', ...command] : command;
  const child = spawn(program, args, {
    env: { ...env, FOVEA_HOME: home, ...(asNpm ? { npm_lifecycle_event: 'start' } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const match = /Fovea is at (\S+)\n/.exec(said);
      if (match) resolve(match[1]);
    });
    child.once('exit', () => reject(new Error(`npm start ended:\n${said}${stderr}`)));
  });
  return { child, url, text: () => said };
}

/** Everything below a process. */
function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  return children.map(Number).flatMap((child) => [child, ...descendants(child)]);
}

async function allGone(pids: readonly number[]): Promise<void> {
  for (let i = 0; i < 400 && pids.some(isRunning); i++) await sleep(25);
  assert.deepEqual(pids.filter(isRunning), []);
}

const linux = { skip: process.platform !== 'linux' && 'reads /proc' };

test(
  'a second start says which host and why, labels nothing again, and serves the page',
  linux,
  async (t) => {
    const { child, url, text } = await start(t);
    assert.match(text(), /^Opening in the browser: there is no display for an Electron window\.\n/);
    const login = await fetch(url, { redirect: 'manual' });
    assert.equal(login.status, 303);
    const cookie = login.headers.getSetCookie()[0].split(';')[0];
    const page = await fetch(new URL('/', url), { headers: { cookie } });
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>Fovea/);
    assert.equal((await fetch(new URL('/', url))).status, 401);

    const below = descendants(child.pid!);
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    await exited;
    assert.equal(child.exitCode, 0);
    await allGone(below);
  },
);

test('when the script that was started is killed, the host goes too', linux, async (t) => {
  const { child } = await start(t);
  const below = descendants(child.pid!);
  assert.ok(below.length > 0);
  child.kill('SIGKILL');
  await allGone(below);
});

test('when npm is told to stop and takes only its shell with it, the host goes too', linux, async (t) => {
  const { child } = await start(t, true);
  const below = descendants(child.pid!);
  assert.ok(below.length > 1);
  child.kill('SIGTERM');
  await allGone(below);
});
