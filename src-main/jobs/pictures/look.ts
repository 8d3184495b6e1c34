/**
 * What an import wants to know of a picture, without decoding it. A plain picture costs four calls of the system that wait for
 * the disk, so this runs in threads of its own (`look-thread.ts`); links and other kinds go the ways they always go.
 */
import { type Stats, closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { pictureStat } from '../../checkpoint/image/guarded-file.ts';
import { QUICK_BYTES, quickSize } from '../../checkpoint/image/quick-size.ts';
import { NEVER_WAIT } from '../../files/plain-file.ts';
import type { ChosenPicture } from './chosen.ts';
import { chosenPlace } from './place.ts';
import { PlainFolders } from './plain-folders.ts';

/** Most headers end before; the rest is read only where they do not. */
const FIRST_BYTES = 1 << 12;

export class PictureLook {
  readonly #root: string;
  readonly #folders: PlainFolders;
  readonly #buffer = Buffer.alloc(QUICK_BYTES);

  /** @param root the images folder, links resolved */
  constructor(root: string) {
    this.#root = root;
    this.#folders = new PlainFolders(root);
  }

  /** Throws what is wrong with the picture, and `bad_input` for a name that leads out of the folder by itself. */
  async look(path: string): Promise<ChosenPicture> {
    const named = this.#folders.file(path);
    const plain = named && lookQuickly(named.file, this.#buffer);
    if (plain) {
      const [[width, height], { size, mtimeMs }] = plain;
      return { image: { path, bytes: size, mtimeMs, width, height }, linkedInto: null };
    }
    const place = await chosenPlace(this.#root, path);
    const { size, mtimeMs } = await pictureStat(place.file);
    const [width, height] = lookQuickly(place.file, this.#buffer)?.[0] ?? (await slowly(place.file));
    return { image: { path, bytes: size, mtimeMs, width, height }, linkedInto: place.linkedInto };
  }
}

/** By the decoder, which each thread that looks at pictures does without until it needs it: it takes 10 MB. */
async function slowly(file: string): Promise<readonly [width: number, height: number]> {
  const { readImageSize } = await import('../../checkpoint/image/decode.ts');
  return readImageSize(file);
}

/** Size and facts of a plain PNG or JPEG; null where others have to look. */
function lookQuickly(file: string, buffer: Buffer): readonly [readonly [number, number], Stats] | null {
  let fd: number;
  try {
    fd = openSync(file, NEVER_WAIT);
  } catch {
    return null;
  }
  try {
    const info = fstatSync(fd);
    if (!info.isFile()) return null;
    const first = readSync(fd, buffer, 0, FIRST_BYTES, 0);
    let size = quickSize(buffer.subarray(0, first));
    if (size === null && first === FIRST_BYTES) {
      const more = readSync(fd, buffer, first, QUICK_BYTES - first, first);
      size = quickSize(buffer.subarray(0, first + more));
    }
    return size && [size, info];
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}
