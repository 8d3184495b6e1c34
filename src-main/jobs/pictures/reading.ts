/** Reading the files of registered pictures in the thread that waits for their disk: their places, and their fingerprints. */
import { createHash, hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';
import { resolve } from 'node:path';
import { isInside } from '../../files/inside.ts';
import type { RootPlace } from '../../store/pictures/root.ts';
import type { RegisteredPicture } from '../../store/pictures/version.ts';
import { PlainFolders } from './plain-folders.ts';
import { isUntouched } from './settle.ts';

/** One for the thread, since nothing here waits: a megabyte made anew for each of many small pictures costs more than reading them. */
const CHUNK = Buffer.allocUnsafe(1 << 20);
const NEVER_WAIT = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The files of pictures below one root. */
export class UntouchedFiles {
  readonly #place: RootPlace;
  readonly #real: string;
  readonly #folders: PlainFolders;

  /** @param real the root's folder, links resolved. To be made anew for each walk over pictures */
  constructor(place: RootPlace, real: string) {
    this.#place = place;
    this.#real = real;
    this.#folders = new PlainFolders(real);
  }

  /** The real path of a file with the size and time that are registered; null: there is none, or something about it is new. */
  find(picture: RegisteredPicture): string | null {
    try {
      const found = this.#folders.file(picture.path) ?? this.#linked(picture.path);
      return found && isUntouched(picture, found.info.size, found.info.mtimeMs) ? found.file : null;
    } catch {
      return null;
    }
  }

  #linked(path: string): { readonly file: string; readonly info: Stats } | null {
    const file = realpathSync.native(resolve(this.#real, path));
    const info = statSync(file);
    const allowed = isInside(this.#real, file) || this.#place.links.some((folder) => isInside(folder, file));
    return allowed && info.isFile() ? { file, info } : null;
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
    const sha256 = hashOf(handle, picture.bytes, onSign);
    const { size, mtimeMs } = fstatSync(handle);
    return isUntouched(picture, size, mtimeMs) ? sha256 : null;
  } catch {
    return null;
  } finally {
    if (handle !== null) closeSync(handle);
  }
}

/** Of the first `bytes` of a file, which it has or is not as it is registered. */
function hashOf(handle: number, bytes: number, onSign: (() => void) | undefined): Uint8Array {
  let at = readSync(handle, CHUNK, 0, Math.min(bytes, CHUNK.length), 0);
  onSign?.();
  if (at === bytes) return hash('sha256', CHUNK.subarray(0, at), 'buffer');
  const whole = createHash('sha256').update(CHUNK.subarray(0, at));
  while (at < bytes) {
    const read = readSync(handle, CHUNK, 0, Math.min(bytes - at, CHUNK.length), at);
    if (read === 0) break;
    whole.update(CHUNK.subarray(0, read));
    at += read;
    onSign?.();
  }
  return new Uint8Array(whole.digest());
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
