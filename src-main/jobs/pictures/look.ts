/**
 * What an import wants to know of a picture, without decoding it. A plain picture costs four calls of the system that wait for
 * the disk, so this runs in threads of its own (`look-thread.ts`); links and other kinds go the ways they always go.
 */
import { hash } from 'node:crypto';
import { type Stats, closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { pictureStat } from '../../checkpoint/image/guarded-file.ts';
import { QUICK_BYTES, quickSize } from '../../checkpoint/image/quick-size.ts';
import { NEVER_WAIT } from '../../files/plain-file.ts';
import type { ChosenPicture } from './chosen.ts';
import { chosenPlace } from './place.ts';
import { PlainFolders } from './plain-folders.ts';

/** Most headers end before; the rest is read only where they do not. */
const FIRST_BYTES = 1 << 12;
/** Kinds of small pictures that are remembered, some 5 MB. */
const MOST_MET = 100_000;

/** What a quick look finds. */
interface QuickLook {
  readonly size: readonly [width: number, height: number];
  readonly info: Stats;
  readonly sha256: string | null;
}

export class PictureLook {
  readonly #root: string;
  readonly #folders: PlainFolders;
  readonly #buffer = Buffer.alloc(QUICK_BYTES);
  /** Bytes, width and height of small pictures that were met, as one number. */
  readonly #met = new Set<number>();

  /** @param root the images folder, links resolved */
  constructor(root: string) {
    this.#root = root;
    this.#folders = new PlainFolders(root);
  }

  /** Throws what is wrong with the picture, and `bad_input` for a name that leads out of the folder by itself. */
  async look(path: string): Promise<ChosenPicture> {
    const named = this.#folders.file(path);
    const plain = named && this.#quickly(named.file);
    if (plain) {
      const { size, info, sha256 } = plain;
      const [width, height] = size;
      const { size: bytes, mtimeMs } = info;
      return { image: { path, bytes, mtimeMs, width, height }, linkedInto: null, sha256 };
    }
    const place = await chosenPlace(this.#root, path);
    const { size, mtimeMs } = await pictureStat(place.file);
    const [width, height] = this.#quickly(place.file)?.size ?? (await slowly(place.file));
    const { linkedInto } = place;
    return { image: { path, bytes: size, mtimeMs, width, height }, linkedInto, sha256: null };
  }

  /** Size and facts of a plain PNG or JPEG; null where others have to look. */
  #quickly(file: string): QuickLook | null {
    const buffer = this.#buffer;
    let fd: number;
    try {
      fd = openSync(file, NEVER_WAIT);
    } catch {
      return null;
    }
    try {
      const info = fstatSync(fd);
      if (!info.isFile()) return null;
      let read = readSync(fd, buffer, 0, FIRST_BYTES, 0);
      let size = quickSize(buffer.subarray(0, read));
      if (size === null && read === FIRST_BYTES) {
        read += readSync(fd, buffer, read, QUICK_BYTES - read, read);
        size = quickSize(buffer.subarray(0, read));
      }
      return size && { size, info, sha256: this.#fingerprint(fd, size, info, read) };
    } catch {
      return null;
    } finally {
      closeSync(fd);
    }
  }

  /**
   * Of a small picture that may be a copy of one met before: whoever looks for copies later would open it again.
   * @param read bytes of it that are in the buffer
   */
  #fingerprint(
    fd: number,
    [width, height]: readonly [number, number],
    { size, mtimeMs }: Stats,
    read: number,
  ): string | null {
    if (size > QUICK_BYTES) return null;
    const kind = (size * QUICK_BYTES + width) * QUICK_BYTES + height;
    if (!this.#met.has(kind)) {
      if (this.#met.size < MOST_MET) this.#met.add(kind);
      return null;
    }
    const more = read < size ? readSync(fd, this.#buffer, read, size - read, read) : 0;
    const after = fstatSync(fd);
    if (read + more !== size || after.size !== size || after.mtimeMs !== mtimeMs) return null;
    return hash('sha256', this.#buffer.subarray(0, size), 'hex');
  }
}

/** By the decoder, which each thread that looks at pictures does without until it needs it: it takes 10 MB. */
async function slowly(file: string): Promise<readonly [width: number, height: number]> {
  const { readImageSize } = await import('../../checkpoint/image/decode.ts');
  return readImageSize(file);
}
