/**
 * Updates on Linux. An AppImage is replaced in its place; of a Debian package or an unpacked folder the new one is brought,
 * checked and shown, and the person installs it: Fovea asks for no administrator's rights.
 */
import { lstat, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { checkReplaceable, previousPath, replaceProgram, swapPrograms } from './appimage.ts';
import { downloadPackage } from './download.ts';
import { packageFor, readRelease, type FeedOptions } from './feed.ts';
import type { InstalledAs } from './installed-as.ts';
import { untrusted, type ReleaseFile } from './manifest.ts';
import { readMemory, writeMemory, type KeptPackage } from './memory.ts';
import type { Found, Ready, Updater } from './updater.ts';
import { compareVersions } from './version.ts';
import { isWhole, type FileIdentity } from './whole-file.ts';

export interface LinuxOptions extends FeedOptions {
  readonly installed: InstalledAs;
  /** Packages go here. */
  readonly dir: string;
  /** As `process.arch`. */
  readonly arch: string;
}

export class LinuxUpdater implements Updater {
  readonly #options: LinuxOptions;
  #offered: { readonly version: string; readonly file: ReleaseFile } | null = null;
  /** The version that lies in the program's place by now, while the former one still runs. */
  #replacedBy: string | null = null;

  constructor(options: LinuxOptions) {
    this.#options = options;
  }

  async check(signal: AbortSignal): Promise<Found> {
    this.#offered = null;
    this.#checkNotReplaced();
    const { manifest, verdict } = await readRelease(this.#options, signal);
    const { version, notes } = manifest;
    if (verdict === 'current' || verdict === 'older') return { is: verdict, version };
    const file = packageFor(manifest, 'linux', this.#options.arch, this.#options.installed.kind);
    this.#offered = { version, file };
    return {
      is: 'offer',
      offer: { version, notes, bytes: file.size, isWayBack: verdict === 'withdrawn' },
    };
  }

  async download(onBytes: (bytes: number) => void, signal: AbortSignal): Promise<Ready> {
    const offered = this.#offered;
    if (offered === null)
      throw new FoveaError('conflict', 'no version was offered', { next: 'Check for updates first' });
    const { feed, dir, patience, installed, memory } = this.#options;
    const { version, file } = offered;
    if (installed.kind === 'appimage') await checkReplaceable(installed.program);
    const keeps = (await readMemory(memory)).kept.map((one) => one.path);
    const path = await downloadPackage({ feed, file, dir, keeps, patience, signal, onBytes });
    if (installed.kind === 'appimage') return this.#replacing(installed.program, version, path, file);
    await this.#keepPackage({ version, path, size: file.size, sha512: file.sha512 });
    return { is: 'by-hand', version, file: path, words: howTo(installed.kind, path) };
  }

  async previous(): Promise<string | null> {
    return (await this.#kept())?.version ?? null;
  }

  async goBack(): Promise<Ready> {
    this.#checkNotReplaced();
    const kept = await this.#kept();
    if (kept === null)
      throw new FoveaError('not_found', 'no version before this one is kept', {
        next: 'Get the version that you want from where you have Fovea from',
      });
    const { installed } = this.#options;
    if (installed.kind !== 'appimage') {
      if (!(await isWhole(kept.path, kept)))
        throw untrusted('the package is not the file that was kept', kept.path);
      return {
        is: 'by-hand',
        version: kept.version,
        file: kept.path,
        words: howTo(installed.kind, kept.path),
      };
    }
    const { program } = installed;
    return {
      is: 'replaces',
      version: kept.version,
      replace: async () => {
        await swapPrograms(program, kept, (former) => this.#noteProgram(program, former));
        this.#replacedBy = kept.version;
        return { program };
      },
    };
  }

  #replacing(program: string, version: string, path: string, file: ReleaseFile): Ready {
    return {
      is: 'replaces',
      version,
      replace: async () => {
        await replaceProgram(program, path, file, (former) => this.#noteProgram(program, former));
        this.#replacedBy = version;
        // It is the program now. Where it stays, the next download takes it away.
        await rm(path, { force: true }).catch(() => undefined);
        return { program };
      },
    };
  }

  #checkNotReplaced(): void {
    if (this.#replacedBy === null) return;
    throw new FoveaError('conflict', `Fovea ${this.#replacedBy} is installed already`, {
      next: 'Quit Fovea and start it again to use it',
    });
  }

  /** What is kept and still there, unless it is what runs, or a signed list withdrew it. Of packages only older ones are a way back. */
  async #kept(): Promise<KeptPackage | null> {
    const { memory, version, installed, dir } = this.#options;
    const { kept, withdrawn } = await readMemory(memory);
    const isWayBack = (one: KeptPackage): boolean =>
      installed.kind === 'appimage'
        ? one.path === previousPath(installed.program) && one.version !== version
        : dirname(one.path) === dir && compareVersions(one.version, version) < 0;
    // Of an AppImage one lies there, noted last.
    const inOrder = kept.filter(isWayBack);
    if (installed.kind !== 'appimage') inOrder.sort((a, b) => compareVersions(b.version, a.version));
    for (const one of inOrder) {
      // Whether it is that file to the byte is asked before it goes back.
      const info = await lstat(one.path).catch(() => null);
      if (info?.isFile() && info.size === one.size) return withdrawn.includes(one.version) ? null : one;
    }
    return null;
  }

  /**
   * The program that runs is about to lie beside another one. What lay there stays noted behind it: where the change does not
   * come about, it still does.
   */
  async #noteProgram(program: string, { size, sha512 }: FileIdentity): Promise<void> {
    const { memory, version } = this.#options;
    const path = previousPath(program);
    const remembered = await readMemory(memory);
    const before = remembered.kept.filter((one) => one.path === path && one.version !== version).slice(0, 1);
    await writeMemory(memory, { ...remembered, kept: [{ version, path, size, sha512 }, ...before] });
  }

  /** The new package and that of the version in use, where it was brought from here, stay; others go. */
  async #keepPackage(fresh: KeptPackage): Promise<void> {
    const { memory, version, dir } = this.#options;
    const remembered = await readMemory(memory);
    const inUse = remembered.kept.filter((one) => one.version === version && one.path !== fresh.path);
    await writeMemory(memory, { ...remembered, kept: [fresh, ...inUse] });
    for (const { path } of remembered.kept) {
      const stays = path === fresh.path || inUse.some((one) => one.path === path);
      if (!stays && dirname(path) === dir) await rm(path, { force: true });
    }
  }
}

function howTo(kind: 'deb' | 'tar', path: string): string {
  const quoted = `'${path.replaceAll("'", "'\\''")}'`;
  return kind === 'deb'
    ? `Quit Fovea, then install the package: sudo apt install ${quoted}`
    : `Quit Fovea, then unpack it in place of the folder that you start Fovea from: tar -xf ${quoted}`;
}

/** Where packages are brought to, within the data folder. */
export function packagesDir(dataDir: string): string {
  return join(dataDir, 'updates');
}
