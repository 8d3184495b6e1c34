/**
 * Pictures as one data set: each under a name of its own, and the folder that the names start from. With one image
 * folder these are that folder and the paths in it; with several, the nearest folder above them all, so that equal
 * paths in two of them stay two names, each of which leads to the picture.
 */
import { dirname, relative, resolve, sep } from 'node:path';
import { type ReadableDb, read } from '../db.ts';

export interface PictureNames {
  /** Absolute; null when the image folders have no folder in common (two drives). */
  readonly folder: string | null;
  /** `/` separated; no two pictures share one. */
  nameOf(rootId: number, path: string): string;
}

/** @param projectPath the project's folder, which roots inside it are kept relative to */
export function pictureNames(db: ReadableDb, projectPath: string): PictureNames {
  const roots = read<{ id: number; path: string }>(
    db,
    'SELECT id, path FROM root WHERE id IN (SELECT DISTINCT root_id FROM image) ORDER BY id',
  ).all();
  const dirs = new Map(roots.map(({ id, path }) => [id, resolve(projectPath, path)]));
  const folder = commonFolder([...dirs.values()]);
  const prefixes = new Map(
    [...dirs].map(([id, dir]) => [
      id,
      folder === null ? `folder-${id}` : relative(folder, dir).split(sep).join('/'),
    ]),
  );
  return {
    folder,
    nameOf(rootId, path) {
      const prefix = prefixes.get(rootId) ?? '';
      return prefix === '' ? path : `${prefix}/${path}`;
    },
  };
}

/** The nearest folder that holds all of `dirs`, or is one of them. */
function commonFolder(dirs: readonly string[]): string | null {
  let folder = dirs[0];
  if (folder === undefined) return null;
  const holds = (above: string, dir: string): boolean =>
    dir === above || dir.startsWith(above.endsWith(sep) ? above : above + sep);
  while (!dirs.every((dir) => holds(folder!, dir))) {
    const above = dirname(folder);
    if (above === folder) return null;
    folder = above;
  }
  return folder;
}
