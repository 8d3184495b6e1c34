/**
 * Asks the system to show an address in the person's browser. Arguments of a program can be read by every user of the
 * machine, so the opener gets a file that only this person can read and that leads on to the address; it goes once it
 * has served. Failing quietly, because the address is printed, too.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};
/** Browsers that come as snaps read no files outside of the home folder, nor hidden ones in it. */
const SNAPS = '/snap/bin';
/** A process that ends waits so long first: the file goes with it. */
export const OPENING_MS = 10_000;
/** A browser that is not running yet takes its time. */
const KEPT_MS = 60_000;

/** Opens `url` with the platform's own opener. @param opener another one: a program and its first arguments */
export function openPage(url: string, opener: readonly string[] | null = null): void {
  let folder: string;
  try {
    folder = mkdtempSync(join(existsSync(SNAPS) ? homedir() : tmpdir(), 'fovea-open-'));
  } catch {
    return;
  }
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  setTimeout(remove, KEPT_MS).unref();
  try {
    const file = join(folder, 'fovea.html');
    writeFileSync(file, redirectTo(url), { mode: 0o600, flag: 'wx' });
    const [command, ...args] = opener ?? OPENERS[process.platform] ?? ['xdg-open'];
    const child = spawn(command!, [...args, file], { stdio: 'ignore', detached: true });
    child.on('error', () => undefined);
    child.unref();
  } catch {
    remove();
  }
}

/** @param url of loopback, percent-encoded as URLs are */
function redirectTo(url: string): string {
  const address = new URL(url).href.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}">
<title>Fovea</title>
<p><a href="${address}">Open Fovea</a></p>
`;
}
