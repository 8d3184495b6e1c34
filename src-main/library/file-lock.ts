/**
 * A lock between processes: a file with the holder's process id. One that a killed process left behind is put aside,
 * checked and removed, so that two processes that find it at once do not both think they hold it.
 */
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { isRunning } from '../files/this-process.ts';

/** Far longer than it takes to write a process id. */
const TAKING_MS = 10_000;
const POLL_MS = 15;

export interface LockWish {
  /** How long to wait for another holder. Default: not at all. */
  readonly waitMs?: number;
  /** The holder's work, for the message: "process 12 is … already". */
  readonly busy: string;
}

/**
 * Runs `work` while holding the lock.
 * @throws FoveaError `conflict` when a living process holds it for longer than `waitMs`; and what `work` throws
 */
export async function withFileLock<T>(path: string, wish: LockWish, work: () => Promise<T>): Promise<T> {
  const until = Date.now() + (wish.waitMs ?? 0);
  while (!(await take(path))) {
    if (await isAbandoned(path)) {
      await putAside(path);
    } else if (Date.now() >= until) {
      const holder = (await readFile(path, 'utf8').catch(() => '')) || '?';
      throw new FoveaError('conflict', `process ${holder} is ${wish.busy} already`, {
        where: path,
        next: 'Wait until it is done; if that process is not Fovea, delete this file',
      });
    } else {
      await delay(POLL_MS);
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Whether nobody can hold it: its process is gone, it is from before the last boot, or it never got its process id. */
async function isAbandoned(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (!found) return false;
  const text = await readFile(path, 'utf8').catch(() => '');
  if (text === '') return Date.now() - found.mtimeMs > TAKING_MS;
  return found.mtimeMs < Date.now() - uptime() * 1000 || !isRunning(Number(text));
}

async function putAside(path: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  // Another process may have removed the dead lock and taken it between our look and our move.
  if (await isAbandoned(aside)) await rm(aside, { force: true });
  else await rename(aside, path);
}
