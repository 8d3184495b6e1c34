/**
 * Whether the files of an open database are still the ones that were opened. A sync tool, git or a restore puts another
 * file in their place, and SQLite goes on writing to the one that nobody can see any more. Told by device and inode, and
 * by size and time, which hardly go back while only SQLite writes. No file is opened here: closing a second handle
 * of a process drops the locks that SQLite holds on the first. So one case stays unseen: another file's bytes written
 * into the same file, no shorter and no older.
 */
import { type BigIntStats, statSync } from 'node:fs';
import { basename } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';

/** So far back the clock is set by itself; a backup is older. */
const CLOCK_NS = 60_000_000_000n;

/** What SQLite keeps beside a database in WAL mode; both stay as long as one connection is open. */
const BESIDE = ['', '-wal', '-shm'];

/** @returns a check that throws FoveaError `project_replaced` as soon as a file is another one, or gone. */
export function identityCheck(files: readonly string[]): () => void {
  const seen = new Map<string, BigIntStats>();
  const all = files.flatMap((file) => BESIDE.map((ending) => file + ending));
  return () => {
    for (const file of all) {
      const before = seen.get(file);
      const now = statSync(file, { bigint: true, throwIfNoEntry: false });
      if (before && !now) throw replaced(file, 'is gone');
      if (before && now && !isSame(before, now, files.includes(file)))
        throw replaced(file, 'is another file now');
      // The files beside a database come with the first read or write.
      if (now) seen.set(file, now);
    }
  };
}

/** @param grows a database is never made smaller here; a log is, when it is written anew */
function isSame(before: BigIntStats, now: BigIntStats, grows: boolean): boolean {
  if (before.dev !== now.dev || before.ino !== now.ino) return false;
  return !grows || (now.size >= before.size && now.mtimeNs + CLOCK_NS >= before.mtimeNs);
}

function replaced(file: string, what: string): FoveaError {
  return new FoveaError(
    'project_replaced',
    `${basename(file)} ${what}: nothing is saved in this project any more`,
    {
      where: file,
      next: 'Open the project again; what is not saved yet is kept until then, and saved in it',
    },
  );
}
