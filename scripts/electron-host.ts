/**
 * Makes the specs' real Electron ready: fetched, the built app packed with it as a test build, and Xvfb beside. Prints one JSON
 * object, `{"program": PATH, "backend": PATH}` or `{"why": REASON}`; a machine that cannot have it is no failure.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packHost, type SpecHost } from './electron/host.ts';
import { ELECTRON_DIR, fetchElectron } from './electron/fetch.ts';
import { PINNED } from './electron/pinned.ts';
import { withLock } from './lib/lock.mjs';
import { say } from './lib/log.mjs';
import { ensureXvfb } from './lib/test-tools.mjs';
import { SWAPPED } from './package/swaps.ts';

const made = await withLock('electron', makeReady);
if (typeof made === 'string') say(`No specs on a real Electron: ${made}.`);
else say(`Specs on Electron ${PINNED.electron}, packed; swapped there: ${SWAPPED.join('; ')}.`);
process.stdout.write(JSON.stringify(typeof made === 'string' ? { why: made } : made));

async function makeReady(addOwner: (pid: number) => void): Promise<SpecHost | string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `there is one for linux-x64 only, this is ${process.platform}-${process.arch}`;
  }
  if (!ensureXvfb()) return 'Xvfb is not installed';
  const why = (await fetchElectron(addOwner)) ?? missingLibrary();
  return why ?? packHost();
}

/** The first of the system's libraries that the program needs and this machine lacks. */
function missingLibrary(): string | null {
  const { stdout } = spawnSync('ldd', [join(ELECTRON_DIR, PINNED.program)], { encoding: 'utf8' });
  const missing = /^\s*(\S+) => not found/m.exec(stdout ?? '');
  return missing === null ? null : `its library ${missing[1]} is not installed`;
}
