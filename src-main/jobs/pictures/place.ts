/**
 * Where a picture really lies. A person chooses a folder; links in it may lead out of it (Hugging Face's cache, folders
 * put together of others) and are followed, into the folders they led to when they were imported. A link that is led
 * elsewhere afterwards is not: nobody chose that place.
 */
import { lstat, realpath as resolveLinks } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { lookingAt, pictureStat } from '../../checkpoint/image/guarded-file.ts';
import { isInside } from '../../files/inside.ts';
import type { RootPlace } from '../../store/pictures/root.ts';

const realpath = (path: string): Promise<string> => lookingAt(path, () => resolveLinks(path));

/**
 * The real path of a picture that is imported, and the folder outside of the root that a link led it into; null: none.
 * @param real the root's folder, links resolved
 * @throws FoveaError `bad_input` for a name that leads out by itself, `not_found` and `io` for links that lead nowhere
 */
export async function chosenPlace(
  real: string,
  path: string,
): Promise<{ readonly file: string; readonly linkedInto: string | null }> {
  requireInner(path);
  const named = resolve(real, path);
  const file = await realpath(named).catch(async (error: NodeJS.ErrnoException) => {
    // Looking at it says more exactly what is wrong.
    await pictureStat(named);
    throw notThere(named, error);
  });
  return { file, linkedInto: isInside(real, file) ? null : await linkedFolder(real, path, file) };
}

/**
 * The real path of a registered picture.
 * @throws FoveaError `not_found` when it or its folder is gone, `conflict` when a link leads elsewhere than it did
 */
export async function recordedPlace(place: RootPlace, path: string): Promise<string> {
  requireInner(path);
  const named = resolve(place.dir, path);
  const root = await realpath(place.dir).catch((error: NodeJS.ErrnoException) => {
    throw notThere(place.dir, error, 'the image folder');
  });
  if (place.resolved !== null && root !== place.resolved) {
    throw new FoveaError('conflict', `the image folder led to ${place.resolved} and leads to ${root} now`, {
      where: place.dir,
      next: 'If that is meant, relink the folder to itself',
    });
  }
  const file = await realpath(named).catch((error: NodeJS.ErrnoException) => {
    throw notThere(named, error);
  });
  if (isInside(root, file) || place.links.some((folder) => isInside(folder, file))) return file;
  throw new FoveaError('conflict', `a link leads the picture out of its folder, to ${file}`, {
    where: named,
    next: 'If that is meant, relink the folder to itself',
  });
}

/** @throws FoveaError `bad_input` for a name that is absolute or climbs out of the folder it starts from */
function requireInner(path: string): void {
  if (!isAbsolute(path) && !/^[a-zA-Z]:|\\/.test(path) && !path.split('/').includes('..')) return;
  throw new FoveaError('bad_input', 'the picture lies outside the images folder', {
    next: 'Name pictures relative to the images folder and keep them in it',
  });
}

/** The folder that the first link out of the root leads to; a link to a file leads to the folder that file is in. */
async function linkedFolder(real: string, path: string, file: string): Promise<string> {
  let at = real;
  for (const part of path.split('/')) {
    at = join(at, part);
    if (!(await lstat(at)).isSymbolicLink()) continue;
    const target = await realpath(at);
    if (isInside(real, target)) {
      at = target;
      continue;
    }
    // A link further in may lead on from there.
    return target !== file && isInside(target, file) ? target : dirname(file);
  }
  return dirname(file);
}

function notThere(path: string, error: NodeJS.ErrnoException, what = 'the image'): FoveaError {
  if (error instanceof FoveaError) return error;
  if (error.code === 'ELOOP') {
    return new FoveaError('io', `${what} is a link that leads round in a circle`, {
      where: path,
      next: 'Make the link lead to the picture',
    });
  }
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    return new FoveaError('not_found', `${what} is missing`, {
      where: path,
      next: 'Put it back, or relink the folder if it was moved',
    });
  }
  return new FoveaError('io', `${what} cannot be read (${error.code})`, {
    where: path,
    next: 'Check the permissions of the file and its folders',
  });
}
