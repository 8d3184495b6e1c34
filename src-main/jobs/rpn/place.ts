/** How a version comes into a project: its row and its folder at once, or neither. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { sweepTemporary } from '../../files/temporary.ts';
import { transact } from '../../store/db.ts';
import { storeError } from '../../store/errors.ts';
import type { Project } from '../../store/file/project.ts';
import { patiently } from '../../store/patience.ts';
import { type NewRpn, addRpn, rpnFolder } from '../../store/training/rpn.ts';

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
        // Ids are never given twice: what lies there is of a transaction that a kill undid.
        rmSync(target, { recursive: true, force: true });
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
