// One set-up or build at a time per checkout: `npm start` and `npm test` in two terminals must not empty node_modules
// under each other. The lock is a folder (making one is atomic) naming its owner; a dead owner's lock is taken over.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './log.mjs';
import { root } from './paths.mjs';

/** How long a lock without an owner's name is believed: its owner died between making the folder and writing. */
const NAMELESS_MS = 5_000;

/** Runs `body` while this process alone holds the lock `name`. */
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
    return await body();
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
  let owner;
  try {
    owner = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  } catch {
    owner = 0;
  }
  if (!owner) {
    const made = statSync(folder, { throwIfNoEntry: false });
    return made !== undefined && Date.now() - made.mtimeMs > NAMELESS_MS;
  }
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
