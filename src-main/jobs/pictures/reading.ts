/** Reading the files of registered pictures in the thread that waits for their disk: their places, and their fingerprints. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isInside } from '../../files/inside.ts';
import type { RootPlace } from '../../store/pictures/root.ts';
import type { RegisteredPicture } from '../../store/pictures/version.ts';
import { isUntouched } from './settle.ts';

/** One for the thread, since nothing here waits: a megabyte made anew for each of many small pictures costs more than reading them. */
const CHUNK = Buffer.allocUnsafe(1 << 20);
const NEVER_WAIT = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The real path of a file with the size and time that are registered; null: there is none, or something about it is new. */
export function untouchedFile(picture: RegisteredPicture, place: RootPlace, real: string): string | null {
  try {
    const file = realpathSync.native(resolve(real, picture.path));
    const info = statSync(file);
    const allowed = isInside(real, file) || place.links.some((folder) => isInside(folder, file));
    return allowed && info.isFile() && isUntouched(picture, info.size, info.mtimeMs) ? file : null;
  } catch {
    return null;
  }
}

/** Of a file that is as registered before and after it is read; else null. */
export function sha256Of(
  file: string,
  picture: RegisteredPicture,
  { onSign }: { readonly onSign?: () => void },
): Uint8Array | null {
  let handle: number | null = null;
  try {
    handle = openSync(file, NEVER_WAIT);
    if (!fstatSync(handle).isFile()) return null;
    const hash = createHash('sha256');
    for (let read = 1; read > 0;) {
      read = readSync(handle, CHUNK);
      hash.update(CHUNK.subarray(0, read));
      onSign?.();
    }
    const { size, mtimeMs } = fstatSync(handle);
    return isUntouched(picture, size, mtimeMs) ? new Uint8Array(hash.digest()) : null;
  } catch {
    return null;
  } finally {
    if (handle !== null) closeSync(handle);
  }
}

/** The root's real folder where it is the one that is recorded. */
export function realOf(place: RootPlace): string | null {
  try {
    const real = realpathSync.native(place.dir);
    return place.resolved === null || place.resolved === real ? real : null;
  } catch {
    return null;
  }
}
