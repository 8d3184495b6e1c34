/** How a version comes into a project: its row and its folder at once, or neither. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { sweepTemporary } from '../../files/temporary.ts';
import { transact } from '../../store/db.ts';
import { storeError } from '../../store/errors.ts';
import type { Project } from '../../store/file/project.ts';
import { patiently } from '../../store/patience.ts';
import { type NewRpn, addRpn, rpnFolder, rpnIds } from '../../store/training/rpn.ts';

/**
 * Takes a folder in the authors' format, which lies on the project's disk, as a version: it is moved to its place. When that fails
 * it stays where it is, and there is no version.
 * @param also what is to be written in the same transaction (a training run's result)
 * @returns the version's id
 * @throws FoveaError as `addRpn`, and what the disk says
 */
export async function adoptRpn(
  project: Project,
  folder: string,
  rpn: NewRpn,
  also: (id: number) => void = () => undefined,
): Promise<number> {
  return patiently(() => {
    let place: string | null = null;
    try {
      return transact(project.db, () => {
        const id = addRpn(project.db, rpn);
        const target = rpnFolder(project.path, id);
        mkdirSync(dirname(target), { recursive: true });
        setAside(target);
        renameSync(folder, target);
        place = target;
        syncFolder(dirname(target));
        also(id);
        return id;
      });
    } catch (thrown) {
      if (place !== null) renameSync(place, folder);
      throw storeError(thrown, folder);
    }
  });
}

/**
 * An id is given twice after a kill undid the transaction, or after an older copy of the database was restored. What lies there may be
 * somebody's version: it stays, under a name that `unlistedRpns` finds.
 */
function setAside(target: string): void {
  for (let n = 1; existsSync(target); n++) {
    const aside = join(dirname(target), `unlisted-${basename(target)}-${n}`);
    if (!existsSync(aside)) renameSync(target, aside);
  }
}

/** Folders among the versions that no row names: of an older copy of the database that was restored, or of a kill. */
export function unlistedRpns({ db, path }: Project): string[] {
  const folder = dirname(rpnFolder(path, 0));
  if (!existsSync(folder)) return [];
  const known = rpnIds(db);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !known.has(Number(entry.name)))
    .map(({ name }) => join(folder, name));
}

/** Where a version may be built: `PROJECT/rpn`, swept of what others left behind. */
export function versionsFolder(project: Project): string {
  const folder = rpnFolder(project.path, 0);
  mkdirSync(dirname(folder), { recursive: true });
  sweepTemporary(dirname(folder));
  return dirname(folder);
}

/** Makes the rename durable before the row is; not every system lets a folder be opened for that. */
function syncFolder(folder: string): void {
  let fd: number;
  try {
    fd = openSync(folder, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(fd);
  } catch {
    // Windows keeps renames in order by itself.
  } finally {
    closeSync(fd);
  }
}
