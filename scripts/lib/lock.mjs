// One set-up or build at a time per checkout: `npm start` and `npm test` in two terminals must not empty node_modules
// under each other. The lock is a folder (making one is atomic) naming its owner; a dead owner's lock is taken over.
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './log.mjs';
import { root } from './paths.mjs';

/** How long a lock without an owner's name is believed: its owner died between making the folder and writing. */
const NAMELESS_MS = 5_000;

/**
 * Runs `body` while this process alone holds the lock `name`. `body` gets a function that names a child as an owner too:
 * an npm that outlives us must finish before anyone else starts one.
 */
export async function withLock(name, body) {
  const folder = join(root, '.cache', `${name}.lock`);
  mkdirSync(join(root, '.cache'), { recursive: true });
  let waiting = false;
  while (!take(folder)) {
    if (isStale(folder)) {
      rmSync(folder, { recursive: true, force: true });
      continue;
    }
    if (!waiting) say(`Waiting for another ${name} in this checkout to finish…`);
    waiting = true;
    await sleep(200);
  }
  const release = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', release);
  try {
    return await body((pid) => appendFileSync(join(folder, 'pid'), ` ${pid}`));
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

function take(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(folder, 'pid'), String(process.pid));
  return true;
}

function isStale(folder) {
  let owners;
  try {
    owners = readFileSync(join(folder, 'pid'), 'utf8').split(' ').map(Number).filter(Boolean);
  } catch {
    owners = [];
  }
  if (owners.length > 0) return !owners.some(isRunning);
  const made = statSync(folder, { throwIfNoEntry: false });
  return made !== undefined && Date.now() - made.mtimeMs > NAMELESS_MS;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}
