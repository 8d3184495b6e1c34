/**
 * What an import wants to know of a picture, without decoding it. A plain picture costs four calls of the system that wait for
 * the disk, so this runs in threads of its own (`look-thread.ts`); links and other kinds go the ways they always go.
 */
import { type Stats, closeSync, fstatSync, lstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { readImageSize } from '../../checkpoint/image/decode.ts';
import { pictureStat } from '../../checkpoint/image/guarded-file.ts';
import { QUICK_BYTES, quickSize } from '../../checkpoint/image/quick-size.ts';
import { isInside } from '../../files/inside.ts';
import { NEVER_WAIT } from '../../files/plain-file.ts';
import type { ChosenPicture } from './chosen.ts';
import { chosenPlace } from './place.ts';

/** Most headers end before; the rest is read only where they do not. */
const FIRST_BYTES = 1 << 12;
/** Folders of which it is remembered whether they really lie in the root. */
const MOST_FOLDERS = 1000;

export class PictureLook {
  readonly #root: string;
  readonly #plainFolders = new Map<string, boolean>();
  readonly #buffer = Buffer.alloc(QUICK_BYTES);

  /** @param root the images folder, links resolved */
  constructor(root: string) {
    this.#root = root;
  }

  /** Throws what is wrong with the picture, and `bad_input` for a name that leads out of the folder by itself. */
  async look(path: string): Promise<ChosenPicture> {
    const file = this.#plainFile(path);
    const plain = file && lookQuickly(file, this.#buffer);
    if (plain) {
      const [[width, height], { size, mtimeMs }] = plain;
      return { image: { path, bytes: size, mtimeMs, width, height }, linkedInto: null };
    }
    const place = await chosenPlace(this.#root, path);
    const { size, mtimeMs } = await pictureStat(place.file);
    const [width, height] = lookQuickly(place.file, this.#buffer)?.[0] ?? (await readImageSize(place.file));
    return { image: { path, bytes: size, mtimeMs, width, height }, linkedInto: place.linkedInto };
  }

  /** The file of a name without links on its way; null where that is not plain to see. */
  #plainFile(path: string): string | null {
    if (isAbsolute(path) || /^[a-zA-Z]:|\\/.test(path) || path.split('/').includes('..')) return null;
    const file = resolve(this.#root, path);
    try {
      return this.#isPlain(dirname(file)) && lstatSync(file).isFile() ? file : null;
    } catch {
      return null;
    }
  }

  #isPlain(folder: string): boolean {
    let plain = this.#plainFolders.get(folder);
    if (plain === undefined) {
      plain = realpathSync.native(folder) === folder && isInside(this.#root, folder);
      if (this.#plainFolders.size >= MOST_FOLDERS) this.#plainFolders.clear();
      this.#plainFolders.set(folder, plain);
    }
    return plain;
  }
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
