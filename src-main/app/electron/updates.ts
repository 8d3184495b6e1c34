/**
 * Updates as a person meets them: an item in the Help menu, and what comes of it in the system's own dialogs. Main alone does
 * this; pages neither know of it nor can ask for it. A build that names no feed has neither the item nor this.
 */
import { join } from 'node:path';
import { app, dialog, shell, type MessageBoxOptions } from 'electron';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { InstallerUpdater, systemUpdater } from '../../updates/installer-updater.ts';
import { installedAs } from '../../updates/installed-as.ts';
import { LinuxUpdater, packagesDir } from '../../updates/linux-updater.ts';
import { PATIENCE } from '../../updates/retrying.ts';
import { readUpdateSettings, type UpdateSettings } from '../../updates/settings.ts';
import type { Offer, Ready, Updater } from '../../updates/updater.ts';
import { dataDir } from '../data-dir.ts';
import { appVersion, packageJson } from '../version.ts';

/** What a download has come to. */
interface Progress {
  readonly version: string;
  readonly whole: number;
  bytes: number;
}

/** Updates of this build; null where it names no feed. @param onChange the menu has something else to say */
export function openUpdates(onChange: () => void): Updates | null {
  let settings: UpdateSettings | null;
  try {
    settings = readUpdateSettings(packageJson());
  } catch (error) {
    process.stderr.write(`fovea: ${FoveaError.from(error).toLine()}\n`);
    return null;
  }
  return settings === null ? null : new Updates(settings, onChange);
}

export class Updates {
  readonly #version = appVersion();
  readonly #updater: Promise<Updater>;
  readonly #onChange: () => void;
  #stop: AbortController | null = null;
  #progress: Progress | null = null;
  /** The list is on its way. */
  #isLooking = false;
  /** How far it is, is being shown. */
  #isAsking = false;
  #previous: string | null = null;

  constructor(settings: UpdateSettings, onChange: () => void) {
    this.#onChange = onChange;
    this.#updater = makeUpdater(settings, this.#version);
    void this.#lookBack();
    if (settings.check === 'start') void this.#begin(true);
  }

  /** The version that the menu offers to go back to, or null. */
  get previous(): string | null {
    return this.#previous;
  }

  /** The person asks for the newest version; while it is on its way, how far it is. */
  check(): void {
    if (this.#stop === null) void this.#begin(false);
    else void this.#askAgain(this.#stop);
  }

  /** The person asks for the version before. */
  goBack(): void {
    if (this.#stop !== null) return this.check();
    void this.#during(async () => {
      const ready = await (await this.#updater).goBack();
      await this.#install(ready, true);
    });
  }

  /** @param isQuiet nobody asked: only a version that can be had is spoken of */
  #begin(isQuiet: boolean): Promise<void> {
    return this.#during(async (signal) => {
      const updater = await this.#updater;
      this.#isLooking = true;
      const found = await updater
        .check(signal)
        .catch((error: unknown) => {
          if (!isQuiet) throw error;
          process.stderr.write(`fovea: no check for updates: ${FoveaError.from(error).toLine()}\n`);
          return null;
        })
        .finally(() => (this.#isLooking = false));
      if (found === null) return;
      if (found.is !== 'offer') {
        if (!isQuiet) await say(this.#nothingNew(found.is, found.version));
        return;
      }
      if (!(await this.#wants(found.offer))) return;
      const { version, bytes: whole, isWayBack } = found.offer;
      const progress = (this.#progress = { version, whole, bytes: 0 });
      const ready = await updater.download((bytes) => (progress.bytes = bytes), signal);
      this.#progress = null;
      await this.#install(ready, isWayBack);
    });
  }

  /** One thing at a time; what goes wrong is said. */
  async #during(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const stop = (this.#stop = new AbortController());
    try {
      await work(stop.signal);
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (error.code !== 'cancelled')
        await say({ type: 'error', message: 'Fovea is not updated', detail: sentence(error.toLine()) });
    } finally {
      this.#stop = null;
      this.#progress = null;
      await this.#lookBack();
    }
  }

  async #askAgain(stop: AbortController): Promise<void> {
    const now = this.#words();
    if (now === null || this.#isAsking || stop.signal.aborted) return;
    this.#isAsking = true;
    const chosen = await say({ type: 'info', ...now, buttons: ['Go on', 'Stop'] }).finally(
      () => (this.#isAsking = false),
    );
    if (chosen === 1) stop.abort();
  }

  /** What is on its way; null where the person is being asked. */
  #words(): { readonly message: string; readonly detail?: string } | null {
    if (this.#isLooking) return { message: 'Fovea is looking for a newer version' };
    if (this.#progress === null) return null;
    const { version, bytes, whole } = this.#progress;
    return {
      message: `Fovea ${version} is being downloaded: ${Math.floor((100 * bytes) / whole)}%`,
      detail: `${megabytes(bytes)} of ${megabytes(whole)}`,
    };
  }

  #nothingNew(is: 'current' | 'older', version: string): MessageBoxOptions {
    if (is === 'current') return { type: 'info', message: `Fovea ${version} is the newest version` };
    return {
      type: 'info',
      message: `Fovea ${this.#version} is newer than what is offered`,
      detail: `Version ${version} came before it, and is not installed.`,
    };
  }

  async #wants({ version, isWayBack, notes, bytes }: Offer): Promise<boolean> {
    const size = `The download is ${megabytes(bytes)}.`;
    const what = isWayBack
      ? `You have ${this.#version}, which was withdrawn. ${size} ${PROJECTS}`
      : `You have ${this.#version}. ${size}`;
    const chosen = await say({
      type: isWayBack ? 'warning' : 'info',
      message: isWayBack ? `Go back to Fovea ${version}?` : `Fovea ${version} is available`,
      detail: notes === '' ? what : `${what}\n\n${notes}`,
      buttons: ['Download', 'Not now'],
      cancelId: 1,
    });
    return chosen === 0;
  }

  async #install(ready: Ready, isWayBack: boolean): Promise<void> {
    const { version } = ready;
    if (ready.is === 'by-hand') {
      const { file, words } = ready;
      const chosen = await say({
        type: 'info',
        message: `Fovea ${version} is downloaded and checked`,
        detail: `${words}${isWayBack ? `\n\n${PROJECTS}` : ''}`,
        buttons: ['Show the file', 'Close'],
        cancelId: 1,
      });
      if (chosen === 0) shell.showItemInFolder(file);
      return;
    }
    const kept = 'The version that you have is kept: “Go back to…” in the Help menu puts it back.';
    const chosen = await say({
      type: 'info',
      message: `Fovea ${version} is ready`,
      detail: [isWayBack ? PROJECTS : '', ready.is === 'replaces' ? kept : ''].filter(Boolean).join('\n\n'),
      buttons: [ready.is === 'replaces' ? 'Install and restart' : 'Quit and install', 'Later'],
      cancelId: 1,
    });
    if (chosen !== 0) return;
    if (ready.is === 'installer') {
      // Squirrel.Mac closes the windows itself; on Windows the installer must not start before they are closed.
      if (process.platform === 'darwin') return ready.run();
      app.once('will-quit', () => ready.run());
    } else {
      const { program } = await ready.replace();
      app.once('will-quit', () => app.relaunch({ execPath: program, args: process.argv.slice(1) }));
    }
    // As by the menu: pages that have something unsaved ask first.
    app.quit();
  }

  async #lookBack(): Promise<void> {
    const before = this.#previous;
    this.#previous = await this.#updater
      .then((updater) => updater.previous())
      .catch((error: unknown) => {
        process.stderr.write(`fovea: ${FoveaError.from(error).toLine()}\n`);
        return null;
      });
    if (this.#previous !== before) this.#onChange();
  }
}

const PROJECTS = 'An older version does not open projects that a newer one has brought up to date.';

async function makeUpdater({ feed, keys }: UpdateSettings, version: string): Promise<Updater> {
  const { platform, arch } = process;
  const common = {
    feed: new URL(feed),
    keys,
    version,
    memory: join(dataDir(), 'updates.json'),
    patience: PATIENCE,
    arch,
  };
  if (platform === 'win32' || platform === 'darwin')
    return new InstallerUpdater({ ...common, platform, updater: await systemUpdater(platform, feed) });
  const installed = await installedAs(process.env, process.execPath);
  return new LinuxUpdater({ ...common, installed, dir: packagesDir(dataDir()) });
}

/** Shows a dialog. @returns the place of the button that was chosen */
async function say(options: MessageBoxOptions): Promise<number> {
  const { response } = await dialog.showMessageBox({
    defaultId: 0,
    noLink: true,
    ...options,
    title: 'Updates',
  });
  return response;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
