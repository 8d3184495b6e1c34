/**
 * Which databases this process has open, in whichever thread: POSIX locks belong to a process, and closing any handle of a
 * file drops them all, SQLite's too. So a file that is open is not opened by anybody else here. Told by device and inode:
 * another file in its place is another one.
 */
import { statSync } from 'node:fs';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import type Database from 'better-sqlite3';

const KEY = 'fovea.openDatabases';
const open = new Map<string, Set<WeakRef<Database.Database>>>();
/** What was open when this thread began: whoever starts a thread on a project keeps it open as long as that runs. */
const inherited = new Set(String(getEnvironmentData(KEY) ?? '').split(' '));

/** Notes that `db` has `file` open, until it is closed. */
export function holdsOpen(file: string, db: Database.Database): void {
  const id = idOf(file);
  if (id === null) return;
  const holders = open.get(id) ?? new Set();
  open.set(id, holders.add(new WeakRef(db)));
  setEnvironmentData(KEY, [...open.keys()].filter(isHeld).join(' '));
}

/** Whether a connection of this process has the file open. */
export function isOpenHere(file: string): boolean {
  const id = idOf(file);
  return id !== null && (isHeld(id) || inherited.has(id));
}

function isHeld(id: string): boolean {
  const holders = open.get(id) ?? new Set();
  for (const holder of holders) if (!holder.deref()?.open) holders.delete(holder);
  if (holders.size === 0) open.delete(id);
  return holders.size > 0;
}

function idOf(file: string): string | null {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.dev}:${found.ino}` : null;
}
