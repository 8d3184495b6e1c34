/** One writer at a time: a file with the writer's process id, left behind only by a process that was killed. */
import { open, readFile, rm, stat } from 'node:fs/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { isRunning } from '../../files/this-process.ts';

/** Far longer than it takes to write a process id. */
const TAKING_MS = 10_000;

/**
 * Runs `work` while holding the lock.
 * @throws FoveaError `conflict` when a living process holds it.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  if (!(await take(path))) {
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (isRunning(holder) || (await isNew(path))) {
      throw new FoveaError('conflict', `process ${holder || '?'} is writing this cache already`, {
        where: path,
        next: 'Wait until it is done; if that process is not Fovea, delete this file',
      });
    }
    await rm(path, { force: true });
    if (!(await take(path)))
      throw new FoveaError('conflict', 'another process took the lock', { where: path });
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

/** A lock that has no process id yet is being taken right now. */
async function isNew(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && found.size === 0 && Date.now() - found.mtimeMs < TAKING_MS;
}
