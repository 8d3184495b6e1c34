// `npm test [-- FILES or node --test flags]`: sets everything up, builds what the tests drive, runs one test run.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exitLike, runChild } from './lib/child.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { findNode } from './lib/node-binary.mjs';
import { ensureBuilt } from './lib/launch.mjs';
import { root } from './lib/paths.mjs';
import { ensureTestTools } from './lib/test-tools.mjs';

const EVERYTHING = 'test/**/*.test.ts';
/** Of one test: several times what the longest takes on a busy machine. */
const MOST_MS = 600_000;

await ensureInstalled();
// What tests leave in a data folder, such as the projects opened last, is not the developer's.
const home = process.env.FOVEA_HOME ?? join(root, '.cache', 'test-home');
// Every test file, host and command reads the same sources: what each has compiled the next need not.
const compiled = process.env.NODE_COMPILE_CACHE ?? join(root, '.cache', 'compiled');
const env = {
  ...process.env,
  CHROME_PATH: ensureTestTools(),
  FOVEA_HOME: home,
  NODE_COMPILE_CACHE: compiled,
  FOVEA_TEST_PROGRAM: join(root, 'dist', 'program', 'fovea.mjs'),
};
const node = findNode();

await ensureBuilt('--program');

const given = process.argv.slice(2);
const files = given.filter((arg) => !arg.startsWith('-')).map(asPattern);
if (files.length === 0 || files.some((file) => file.startsWith('test/electron')))
  Object.assign(env, realElectron());
exitLike(
  await runChild(
    node,
    [
      '--disable-warning=ExperimentalWarning',
      '--test',
      // Two cores are a third idle with two: page specs wait for browsers, processes and disks much of their time.
      '--test-concurrency=3',
      `--test-timeout=${MOST_MS}`,
      `--import=${pathToFileURL(join(root, 'scripts', 'lib', 'deadline.mjs'))}`,
      `--test-reporter=${join(root, 'scripts', 'lib', 'reporter.mjs')}`,
      '--test-reporter-destination=stdout',
      ...given.filter((arg) => arg.startsWith('-')),
      ...(files.length > 0 ? files : [EVERYTHING]),
    ],
    { cwd: root, env, stdio: 'inherit' },
  ),
);

/** What the specs on a real Electron read: the packed program and its backend for our Node, or why there is none. */
function realElectron() {
  const { stdout, status } = spawnSync(
    node,
    ['--disable-warning=ExperimentalWarning', 'scripts/electron-host.ts'],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    },
  );
  const { program, backend, why } = status === 0 ? JSON.parse(stdout) : { why: 'its set-up failed' };
  return program === undefined
    ? { FOVEA_NO_ELECTRON: why }
    : { FOVEA_ELECTRON: program, FOVEA_ELECTRON_BACKEND: backend };
}

/** A folder stands for every test in it. */
function asPattern(arg) {
  const path = join(root, arg);
  return existsSync(path) && statSync(path).isDirectory() ? `${arg.replace(/\/+$/, '')}/**/*.test.ts` : arg;
}
