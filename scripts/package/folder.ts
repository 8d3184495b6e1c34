/** The unpacked package for Linux: Electron with the app in it, as it lies on a person's disk. */
import {
  chmodSync,
  cpSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeApp } from './app.ts';
import type { ElectronFolder } from './electron.ts';
import { setFuses } from './fuses.ts';
import type { Identity } from './identity.ts';
import { stampSeconds } from './stamp.ts';
import type { Target } from './target.ts';

/** Chromium's own words, such as those of a text field's menu; the page is in English. */
const LANGUAGES = ['en-US.pak', 'en-GB.pak'];
/** Runs as root where the system gives no user namespaces to a person: a package's installer makes it so. */
export const SANDBOX = 'chrome-sandbox';

/** Writes it to `folder`, which is made anew. */
export async function writeFolder(
  folder: string,
  identity: Identity,
  electron: ElectronFolder,
  target: Target,
): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(electron.folder, folder, { recursive: true, filter: (path) => isWanted(path, electron) });
  renameSync(join(folder, electron.program), join(folder, identity.name));
  const license = join(folder, 'LICENSE');
  if (existsSync(license)) renameSync(license, join(folder, 'LICENSE.electron.txt'));
  await setFuses(join(folder, identity.name));
  await writeApp(join(folder, 'resources'), identity, target);
  settle(folder);
}

function isWanted(path: string, electron: ElectronFolder): boolean {
  if (path === join(electron.folder, 'resources')) return false;
  // A test build's Electron has it from the program that it is of; the fuse for it is off.
  if (basename(path) === 'browser_v8_context_snapshot.bin') return false;
  return basename(dirname(path)) !== 'locales' || LANGUAGES.includes(basename(path));
}

/** Rights and times that do not depend on who packs when: what runs stays a program, all can read, nobody else writes. */
export function settle(folder: string): void {
  const seconds = stampSeconds();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => ({
    path: join(entry.parentPath, entry.name),
    isLink: entry.isSymbolicLink(),
  }));
  // The deepest first: a folder's time changes with what is in it.
  entries.sort((a, b) => b.path.length - a.path.length);
  for (const { path, isLink } of [...entries, { path: folder, isLink: false }]) {
    if (!isLink) {
      const { mode } = statSync(path);
      chmodSync(path, mode & 0o111 ? 0o755 : 0o644);
    }
    lutimesSync(path, seconds, seconds);
  }
}
