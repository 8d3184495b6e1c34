// Set up, then become the program: everything that npm starts goes through here.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exitLike, runChild } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node-binary.mjs';
import { root } from './paths.mjs';

// Early 24 releases still warn that running TypeScript is experimental. Rows of a large import or export are short-lived: with
// the room that Node has for new objects by itself, 100 MB of them wait for the collector, which is no quicker for it.
const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8'];

/**
 * Builds what is served or run from `dist/`, where the sources are there to build it from.
 * @param {...'--program'} more also the `fovea` program in one file
 */
export async function ensureBuilt(...more) {
  await ensureInstalled();
  if (!existsSync(join(root, 'scripts', 'build.ts'))) return;
  const end = await runChild(findNode(), [...NODE_FLAGS, join(root, 'scripts', 'build.ts'), ...more], {
    cwd: root,
    stdio: ['ignore', process.stderr, 'inherit'],
  });
  if (end.code !== 0) exitLike(end);
}

/**
 * Makes the checkout ready, runs a TypeScript file of it on the right Node and ends as it ends. The child gets an IPC
 * channel that closes when this process dies in any way, so that no host is left behind.
 * @param {string} file path inside the checkout
 * @param {string[]} args
 * @param {{cwd?: string}} [options]
 */
export async function launch(file, args, { cwd = process.cwd() } = {}) {
  await ensureInstalled();
  const end = await runChild(findNode(), [...NODE_FLAGS, join(root, file), ...args], {
    cwd,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  exitLike(end);
}
