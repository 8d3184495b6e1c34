/** Recognises pictures that are imported again from where they were moved to: that would make every sample twice. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { lookingAt } from '../../checkpoint/image/guarded-file.ts';
import { read } from '../../store/db.ts';
import type { NewImage } from '../../store/pictures/image.ts';
import type { Project } from '../../store/file/project.ts';
import { rootsInUse } from '../../store/pictures/root.ts';
import type { ChosenFolder } from './chosen.ts';

/** So many are compared: a folder was moved or it was not. */
const COMPARED = 200;

/**
 * Throws `conflict`, with the old folder as `where`, when pictures of the same names and sizes belong to the project from a
 * folder in which most of them are missing now.
 */
export async function refuseMoved(
  project: Project,
  folder: ChosenFolder,
  images: readonly Omit<NewImage, 'rootId'>[],
): Promise<void> {
  if (folder.rootId !== null) return;
  const some = images.slice(0, COMPARED);
  for (const root of rootsInUse(project.db, project.path)) {
    const same = some.filter(
      ({ path, bytes }) =>
        read(project.db, 'SELECT 1 FROM image WHERE root_id = ? AND path = ? AND bytes = ?').get(
          root.id,
          path,
          bytes,
        ) !== undefined,
    );
    if (2 * same.length < some.length || same.length === 0) continue;
    const there = await Promise.all(same.map(({ path }) => isThere(join(root.dir, path))));
    if (2 * there.filter(Boolean).length >= same.length) continue;
    throw new FoveaError('conflict', `these are the pictures of ${root.dir}, which are not there any more`, {
      where: root.dir,
      next: `Relink them (fovea relink PROJECT ${root.dir} ${folder.dir}), then import again: nothing comes in twice`,
    });
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await lookingAt(path, () => stat(path)).catch(() => null)) !== null;
}
