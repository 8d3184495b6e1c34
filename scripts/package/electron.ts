/**
 * The Electron that a package holds: the product's own, from Electron's release site, checked against the hashes in its npm
 * package; else, where that cannot be reached, the one that the specs run on, which only the registry is needed for.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { downloadArtifact } from '@electron/get';
import { z } from 'zod';
import { ELECTRON_DIR, fetchElectron } from '../electron/fetch.ts';
import { PINNED } from '../electron/pinned.ts';
import { unzip } from '../electron/unzip.ts';
import { withLock } from '../lib/lock.mjs';
import { say } from '../lib/log.mjs';
import { root } from '../lib/paths.mjs';
import { targetName, type Target } from './target.ts';

/** An unpacked Electron. */
export interface ElectronFolder {
  readonly folder: string;
  /** File name of its program. */
  readonly program: string;
  readonly version: string;
  /** Whether it is the one that only test builds may hold. */
  readonly isTests: boolean;
}

/** Nothing of it came for so long: there is no way to that site from here. */
const STALLED_MS = 10_000;
/** What the specs' Electron is for. */
const TESTS = 'linux-x64';
const PACKAGE = join(root, 'node_modules', 'electron');

/** @throws Error when neither can be had, or, for a release, not the product's own */
export async function electronFor(target: Target, release: boolean): Promise<ElectronFolder> {
  try {
    return await ownElectron(target);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const site = `Electron’s release site gave no Electron for ${targetName(target)} (${why})`;
    const next = 'Use a network that reaches it, or name another one in ELECTRON_MIRROR';
    if (release) throw new Error(`${site}: a release holds no other. ${next}`, { cause: error });
    if (!hasTestsElectron(target)) {
      throw new Error(`${site}, and test builds are for ${TESTS} only. ${next}`, { cause: error });
    }
    say(`${site}: this becomes a test build, with the Electron of the specs.`);
    return testsElectron(target);
  }
}

/** The specs' own, for linux-x64. @throws Error when it cannot be had */
export async function testsElectron(target: Target): Promise<ElectronFolder> {
  if (!hasTestsElectron(target)) throw new Error(`there is no test build for ${targetName(target)}`);
  const why = await withLock('electron', fetchElectron);
  if (why !== null) throw new Error(why);
  return { folder: ELECTRON_DIR, program: PINNED.program, version: PINNED.electron, isTests: true };
}

function hasTestsElectron(target: Target): boolean {
  return targetName(target) === TESTS;
}

async function ownElectron(target: Target): Promise<ElectronFolder> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')));
  const program = target.platform === 'win32' ? 'electron.exe' : 'electron';
  const folder = join(root, '.cache', 'package', `electron-${version}-${targetName(target)}`);
  if (!existsSync(folder)) {
    const archive = await download(version, target);
    const making = `${folder}.making`;
    rmSync(making, { recursive: true, force: true });
    mkdirSync(making, { recursive: true });
    unzip(archive, making, (entry) => entry);
    renameSync(making, folder);
  }
  return { folder, program, version, isTests: false };
}

/** @returns the archive's path, in the cache that Electron's own set-up keeps */
async function download(version: string, { platform, arch }: Target): Promise<string> {
  const checksums = z
    .record(z.string(), z.string())
    .parse(JSON.parse(readFileSync(join(PACKAGE, 'checksums.json'), 'utf8')));
  const stalled = new AbortController();
  const timer = setTimeout(
    () => stalled.abort(new Error(`nothing came in ${STALLED_MS / 1000} seconds`)),
    STALLED_MS,
  );
  try {
    return await downloadArtifact({
      version,
      artifactName: 'electron',
      platform,
      arch,
      checksums,
      downloadOptions: {
        signal: stalled.signal,
        getProgressCallback: () => Promise.resolve(void timer.refresh()),
      },
    });
  } finally {
    clearTimeout(timer);
  }
}
