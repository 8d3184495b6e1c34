/** How the Fovea that runs was put down on Linux: which package takes its place. */
import { readFile, realpath } from 'node:fs/promises';
import { sep } from 'node:path';

export type InstalledAs =
  /** `program`: the AppImage's own file. */
  | { readonly kind: 'appimage'; readonly program: string }
  | { readonly kind: 'deb' }
  /** Unpacked somewhere by the person. */
  | { readonly kind: 'tar' };

/** What the Debian package manager notes of the package `fovea`. */
const DEB_LIST = '/var/lib/dpkg/info/fovea.list';

/**
 * @param env `APPIMAGE` and `APPDIR`, as an AppImage's start sets them: also for every program started from another
 *   AppImage, so they count only when the program that runs lies in that `APPDIR`
 * @param program Electron's own file, as `process.execPath`
 */
export async function installedAs(
  env: NodeJS.ProcessEnv,
  program: string,
  debList: string = DEB_LIST,
): Promise<InstalledAs> {
  const { APPIMAGE: appImage, APPDIR: mount } = env;
  if (appImage && mount && (await isInside(mount, program))) return { kind: 'appimage', program: appImage };
  const files = await readFile(debList, 'utf8').catch(() => '');
  return { kind: files.split('\n').includes(program) ? 'deb' : 'tar' };
}

async function isInside(folder: string, file: string): Promise<boolean> {
  const real = (path: string): Promise<string | null> => realpath(path).catch(() => null);
  const [outer, inner] = await Promise.all([real(folder), real(file)]);
  return outer !== null && inner !== null && inner.startsWith(outer + sep);
}
