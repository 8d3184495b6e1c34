/**
 * Whom Electron runs as. Chromium's sandbox does not run as root: where the tests do, Electron gets a user without rights,
 * so that what the specs find of the sandbox is what a person gets.
 */
import { spawnSync } from 'node:child_process';
import { chownSync, lchownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Debian's and Fedora's `nobody`. */
const NOBODY = 65534;

export interface Person {
  /** For the options of whoever spawns it. */
  readonly ids: { readonly uid?: number; readonly gid?: number };
  /** Why Chromium's sandbox cannot run here, or null. */
  readonly whyNoSandbox: string | null;
}

/** Finds out once per process. @param program Electron's, which the person must be able to run */
export function whoRuns(program: string): Person {
  const isRoot = process.getuid?.() === 0;
  const ids = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const asNode = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  if (isRoot && spawnSync(program, ['-e', '0'], { ...ids, env: asNode }).status !== 0) {
    return { ids: {}, whyNoSandbox: 'the tests run as root, in a folder that no other user may read' };
  }
  const spaces = spawnSync('unshare', ['--user', '--map-root-user', 'true'], ids).status === 0;
  return { ids, whyNoSandbox: spaces ? null : 'this machine gives no user namespaces to a person' };
}

/** Makes a folder and all in it the person's own. */
export function giveTo({ ids: { uid, gid } }: Person, folder: string): void {
  if (uid === undefined || gid === undefined) return;
  chownSync(folder, uid, gid);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    lchownSync(join(entry.parentPath, entry.name), uid, gid);
  }
}
