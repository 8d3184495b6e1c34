/** Makes packages of the app as it is built in `dist/`. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/paths.mjs';
import { writeApp } from './app.ts';
import { buildByBuilder } from './builder.ts';
import { debFolder, debName, writeDeb } from './deb.ts';
import type { ElectronFolder } from './electron.ts';
import { writeFolder } from './folder.ts';
import { identityOf, type Identity } from './identity.ts';
import { writeTar } from './tar.ts';
import { targetName, type Target } from './target.ts';
import type { Kind } from './wish.ts';

/** Where packages go. */
export const PACKAGES = join(root, 'dist', 'packages');

/** Name of the folder, and of an archive of it without its ending. */
export function folderName({ name, version }: Identity, target: Target): string {
  return `${name}-${version}-${targetName(target)}`;
}

/**
 * @param onFolder told of the folder as it will lie on a person's disk, which may be gone afterwards
 * @returns paths of what was made: the folder, or the packages
 * @throws Error when a tool that the kind needs is not there or cannot be fetched
 */
export async function makePackage(
  kind: Kind,
  target: Target,
  electron: ElectronFolder,
  outFolder = PACKAGES,
  onFolder: (folder: string) => void = () => undefined,
): Promise<string[]> {
  const identity = identityOf(electron.isTests ? electron.version : null);
  const folder = join(outFolder, folderName(identity, target));
  const work = join(outFolder, '.work');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    return await make();
  } finally {
    rmSync(work, { recursive: true });
  }

  async function make(): Promise<string[]> {
    switch (kind) {
      case 'dir':
        if (target.platform === 'linux') await writeFolder(folder, identity, electron, target);
        else await byBuilder('dir', folder);
        onFolder(folder);
        return [folder];
      case 'installer':
        return byBuilder('installer', outFolder);
      case 'tar': {
        const laid = join(work, folderName(identity, target));
        await writeFolder(laid, identity, electron, target);
        onFolder(laid);
        writeTar(laid, `${folder}.tar.gz`);
        return [`${folder}.tar.gz`];
      }
      case 'deb': {
        const file = join(outFolder, debName(identity, target));
        await writeDeb(file, join(work, 'root'), identity, electron, target);
        onFolder(join(work, 'root', debFolder(identity)));
        return [file];
      }
      case 'appimage': {
        const laid = join(work, folderName(identity, target));
        await writeFolder(laid, identity, electron, target);
        onFolder(laid);
        return buildByBuilder('appimage', laid, outFolder, work, identity, electron, target);
      }
    }
  }

  async function byBuilder(what: 'dir' | 'installer', out: string): Promise<string[]> {
    const app = join(work, 'app');
    await writeApp(app, identity, target);
    return buildByBuilder(what, app, out, work, identity, electron, target);
  }
}
