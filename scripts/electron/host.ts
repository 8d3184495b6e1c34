/**
 * The app that the specs on a real Electron drive: a test build as `npm run package -- dir` makes it. Beside it lies what its
 * archive holds, laid out for the relay's Node, which reads no archives.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { extractAll } from '@electron/asar';
import { root } from '../lib/paths.mjs';
import { identityOf } from '../package/identity.ts';
import { makePackage } from '../package/make.ts';
import { ELECTRON_DIR } from './fetch.ts';
import { PINNED } from './pinned.ts';

/** What the specs are told. */
export interface SpecHost {
  /** The packed program. */
  readonly program: string;
  /** The backend's program for the relay's Node, outside of the package. */
  readonly backend: string;
}

const FOLDER = join(root, '.cache', 'electron-host');

/** Packs what is in `dist`; Electron is fetched already. */
export async function packHost(): Promise<SpecHost> {
  rmSync(FOLDER, { recursive: true, force: true });
  const electron = {
    folder: ELECTRON_DIR,
    program: PINNED.program,
    version: PINNED.electron,
    isTests: true,
  };
  const [folder] = await makePackage('dir', { platform: 'linux', arch: 'x64' }, electron, FOLDER);
  return {
    program: join(folder, identityOf(electron.version).name),
    backend: layOutBackend(join(folder, 'resources', 'app.asar'), join(FOLDER, 'for-node')),
  };
}

/** @param archive of a test build @returns the backend's program in `folder` */
export function layOutBackend(archive: string, folder: string): string {
  extractAll(archive, folder);
  return join(folder, 'dist', 'electron', 'backend-on-node.mjs');
}
