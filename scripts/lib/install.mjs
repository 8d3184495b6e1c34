// node_modules as package-lock.json says, whatever was there before: nothing, another version, half a set-up.
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runChild } from './child.mjs';
import { whyNotInstalled, writeStamp } from './installed.mjs';
import { withLock } from './lock.mjs';
import { fail, say } from './log.mjs';
import { root } from './paths.mjs';

/** What npm says is for when it fails. */
const LOG = join(root, '.cache', 'setup.log');

// The environment may say otherwise (NODE_ENV=production, npm -s), the set-up is always the same one.
const NPM_ARGS = ['ci', '--include=dev', '--include=optional', '--no-fund', '--no-audit', '--loglevel=error'];

/** Makes sure that the dependencies are there. Does nothing in an installed package, which has no lockfile. */
export async function ensureInstalled() {
  if (!existsSync(join(root, 'package-lock.json'))) return;
  if (whyNotInstalled(root) === null) return;
  await withLock('setup', async (addOwner) => {
    const reason = whyNotInstalled(root);
    if (reason === null) return;
    say(`Installing dependencies (${reason}; takes about a minute)…`);
    const { code, signal } = await npm(NPM_ARGS, addOwner).catch((error) =>
      fail(`npm cannot be run (${error.code ?? error.message}). Install Node with npm and run this again.`),
    );
    if (code !== 0) {
      fail(
        `npm ci ended with ${signal ?? `exit code ${code}`}: what it said is in ${LOG}. Check network and disk, then run this again.`,
      );
    }
    writeStamp(root);
  });
}

/** Runs npm with its output in the log. */
function npm(args, onStart) {
  mkdirSync(dirname(LOG), { recursive: true });
  const log = openSync(LOG, 'w');
  return runNpm(args, { cwd: root, stdio: ['ignore', log, log] }, onStart);
}

/**
 * Runs npm: the same npm that runs us, or the one on the PATH.
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @param {(pid: number) => void} [onStart]
 */
export function runNpm(args, options, onStart) {
  const cli = process.env.npm_execpath;
  if (cli && /npm-cli\.c?js$/.test(cli)) {
    return runChild(process.env.npm_node_execpath ?? process.execPath, [cli, ...args], options, onStart);
  }
  return runChild('npm', args, { ...options, shell: process.platform === 'win32' }, onStart);
}
