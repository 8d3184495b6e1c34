/** `npm start` as a process, on a machine without a display: what it says, that it answers, that nothing stays behind. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../../scripts/lib/paths.mjs';
import { demoProject } from '../../e2e/support/demo-project.ts';
import { isRunning, recordOutput } from '../../e2e/support/processes.ts';

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly text: () => string;
  readonly home: string;
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
  return { child, url, text: () => said, home };
}

/** Runs a file of the checkout to its end, without a display. */
async function run(home: string, args: readonly string[]): Promise<{ code: number | null; text: string }> {
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
  const child = spawn(process.execPath, [...args], {
    cwd: root,
    env: { ...env, FOVEA_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = recordOutput(child);
  await once(child, 'close');
  return { code: child.exitCode, text: said() };
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
    const { child, url, text, home } = await start(t);
    assert.match(text(), /^Opening in the browser: there is no display for an Electron window\.\n/);
    const page = await fetch(url);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>Fovea/);
    assert.equal((await fetch(new URL('/image/1', url))).status, 401);

    // Once more on the same project: the host that runs gives another address, and nothing else is started.
    const again = await run(home, ['scripts/start.mjs', '--no-open']);
    assert.equal(again.code, 0, again.text);
    const [, other] = /Fovea serves this project already, at (\S+)/.exec(again.text) ?? [];
    assert.equal(new URL(other!).port, new URL(url).port);
    assert.notEqual(other, url);
    const opened = await run(home, ['src-main/app/cli/main.ts', 'open', '--no-open', '--json']);
    assert.equal(new URL((JSON.parse(opened.text) as { url: string }).url).port, new URL(url).port);
    const wrong = await run(home, ['src-main/app/cli/main.ts', 'open', '--no-open', tmpdir()]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.text, /No Fovea serves this project .*Start one: fovea serve/);

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
