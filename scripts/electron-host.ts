/**
 * Makes the tests' real Electron ready: fetched, unpacked, with the built app in it, and Xvfb beside. Prints one JSON
 * object, `{"program": PATH}` or `{"why": REASON}`; a machine that cannot have it is no failure.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installApp } from './electron/app.ts';
import { ELECTRON_DIR, fetchElectron } from './electron/fetch.ts';
import { PINNED } from './electron/pinned.ts';
import { withLock } from './lib/lock.mjs';
import { say } from './lib/log.mjs';
import { ensureXvfb } from './lib/test-tools.mjs';

const why = await withLock('electron', makeReady);
if (why !== null) say(`No specs on a real Electron: ${why}.`);
process.stdout.write(JSON.stringify(why === null ? { program: program() } : { why }));

async function makeReady(addOwner: (pid: number) => void): Promise<string | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `there is one for linux-x64 only, this is ${process.platform}-${process.arch}`;
  }
  if (!ensureXvfb()) return 'Xvfb is not installed';
  const why = (await fetchElectron(addOwner)) ?? missingLibrary();
  if (why === null) await installApp();
  return why;
}

function program(): string {
  return join(ELECTRON_DIR, PINNED.program);
}

/** The first of the system's libraries that the program needs and this machine lacks. */
function missingLibrary(): string | null {
  const { stdout } = spawnSync('ldd', [program()], { encoding: 'utf8' });
  const missing = /^\s*(\S+) => not found/m.exec(stdout ?? '');
  return missing === null ? null : `its library ${missing[1]} is not installed`;
}
