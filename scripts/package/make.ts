/** Makes packages of the app as it is built in `dist/`. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/paths.mjs';
import { writeApp } from './app.ts';
import { buildByBuilder } from './builder.ts';
import { debName, writeDeb } from './deb.ts';
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

/** @returns paths of what was made: the folder that the kind is made of, or the package */
export async function makePackage(
  kind: Kind,
  target: Target,
  electron: ElectronFolder,
  outFolder = PACKAGES,
): Promise<string[]> {
  const identity = identityOf(electron.isTests ? electron.version : null);
  mkdirSync(outFolder, { recursive: true });
  const folder = join(outFolder, folderName(identity, target));
  const work = join(outFolder, '.work');
  switch (kind) {
    case 'dir':
      if (target.platform !== 'linux') return byBuilder('dir');
      await writeFolder(folder, identity, electron, target);
      return [folder];
    case 'installer':
      return byBuilder('installer');
    case 'tar': {
      const laid = join(work, folderName(identity, target));
      await writeFolder(laid, identity, electron, target);
      writeTar(laid, `${folder}.tar.gz`);
      rmSync(work, { recursive: true });
      return [`${folder}.tar.gz`];
    }
    case 'deb': {
      const file = join(outFolder, debName(identity, target));
      await writeDeb(file, work, identity, electron, target);
      return [file];
    }
    case 'appimage': {
      await writeFolder(work, identity, electron, target);
      return buildByBuilder('appimage', work, outFolder, identity, electron, target);
    }
  }

  async function byBuilder(what: 'dir' | 'installer'): Promise<string[]> {
    await writeApp(work, identity, target);
    return buildByBuilder(what, work, outFolder, identity, electron, target);
  }
}
