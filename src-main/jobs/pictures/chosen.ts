/** The folder that pictures are imported from, and each picture in it: what it is, and where it really lies. */
import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readImageSize } from '../../checkpoint/image/decode.ts';
import { lookingAt, pictureStat } from '../../checkpoint/image/guarded-file.ts';
import type { NewImage } from '../../store/pictures/image.ts';
import type { Project } from '../../store/file/project.ts';
import { ensureRoot, recordPlace, rootPlace, rootsInUse } from '../../store/pictures/root.ts';
import { chosenPlace } from './place.ts';

/** A folder that somebody chose to import from. */
export interface ChosenFolder {
  /** As it was named, absolute. */
  readonly dir: string;
  /** Links resolved. */
  readonly real: string;
  /** The root of the project that it is already, under this name or another; null: a new one. */
  readonly rootId: number | null;
}

export interface ChosenPicture {
  readonly image: Omit<NewImage, 'rootId'>;
  /** The folder outside of the chosen one that a link led into; null: none. */
  readonly linkedInto: string | null;
  /** Of its bytes, in hex; null: they were not all read. */
  readonly sha256: string | null;
}

/**
 * Looks at a folder. Throws `not_found` when it is none, `conflict` when its name led elsewhere when it was imported first.
 */
export async function chosenFolder(project: Project, folder: string): Promise<ChosenFolder> {
  const dir = resolve(folder);
  const found = await lookingAt(dir, () => stat(dir)).catch(() => null);
  if (!found?.isDirectory()) {
    throw new FoveaError('not_found', 'the images folder is missing', {
      where: dir,
      next: 'Give the folder that the image paths of the questions start from',
    });
  }
  const real = await lookingAt(dir, () => realpath(dir));
  const realProject = await realpath(project.path);
  let rootId: number | null = null;
  for (const root of rootsInUse(project.db, project.path)) {
    const place = rootPlace(project.db, project.path, root.id, realProject);
    const led = place.resolved ?? (await lookingAt(root.dir, () => realpath(root.dir)).catch(() => null));
    if (root.dir === dir && led !== null && led !== real) {
      throw new FoveaError(
        'conflict',
        `the folder led to ${led} when it was imported and leads to ${real} now`,
        {
          where: dir,
          next: `Import from ${real}, or relink the folder to itself if its pictures are there now`,
        },
      );
    }
    if (root.dir === dir || (rootId === null && led === real)) rootId = root.id;
  }
  return { dir, real, rootId };
}

/** Registers the folder and where it and the links in it lead. In the caller's transaction. */
export function registerFolder(
  project: Project,
  { dir, real, rootId }: ChosenFolder,
  realProject: string,
  links: Iterable<string>,
): number {
  const id = rootId ?? ensureRoot(project.db, project.path, dir);
  recordPlace(project.db, id, realProject, { resolved: real, links });
  return id;
}

/** A picture's facts. Throws what is wrong with it, and `bad_input` for a name that leads out of the folder by itself. */
export async function chosenPicture({ real }: ChosenFolder, path: string): Promise<ChosenPicture> {
  const { file, linkedInto } = await chosenPlace(real, path);
  const [width, height] = await readImageSize(file);
  const { size, mtimeMs } = await pictureStat(file);
  return { image: { path, bytes: size, mtimeMs, width, height }, linkedInto, sha256: null };
}
