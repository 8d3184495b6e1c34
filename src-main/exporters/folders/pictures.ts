/**
 * Pictures of a folder, each once, under numbers: names of people's own would meet in one file (`a.png` and `a.jpg` beside
 * `a.txt`), lead readers astray (a folder called `images`), or not fit the disk that it is unpacked on.
 */
import { copyFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { PicturesChoice } from '../../../src-shared/contract/export-formats.ts';
import type { Folder } from '../../files/atomic-folder.ts';
import { withPlainFile } from '../../files/plain-file.ts';
import type { ExportSample } from '../types.ts';

const DIGITS = 9;

/** A number as all names have it: in the order of numbers they are in that of the alphabet. */
export function numbered(n: number): string {
  return String(n).padStart(DIGITS, '0');
}

export interface PlacedPicture {
  /** In the folder, without `images/`, `SPLIT/` and ending: the number. */
  readonly number: string;
  /** `/` separated, from the folder on; null where only the number stands for it. */
  readonly file: string | null;
  /** It was not there before. */
  readonly fresh: boolean;
}

export class FolderPictures {
  readonly #choice: PicturesChoice;
  readonly #known = new Map<string, PlacedPicture>();

  constructor(choice: PicturesChoice) {
    this.#choice = choice;
  }

  /**
   * Puts the picture below `under`, unless it is there.
   * @returns where, or why the sample cannot go out with its picture
   */
  async place(
    folder: Folder,
    under: string,
    image: ExportSample['image'],
  ): Promise<PlacedPicture | { readonly skip: 'picture_unreadable' }> {
    const key = `${under}\n${image.name}`;
    const known = this.#known.get(key);
    if (known) return { ...known, fresh: false };
    const number = numbered(this.#known.size + 1);
    const file = `${under}/${number}${path.extname(image.path).toLowerCase()}`;
    if (this.#choice !== 'named') {
      try {
        await withPlainFile(image.path, { code: 'bad_image', next: '' }, async () => undefined);
        const to = await folder.placeOf(file);
        if (this.#choice === 'linked') await symlink(image.path, to);
        else await copyFile(image.path, to);
      } catch (thrown) {
        if (!isGone(thrown)) throw thrown;
        return { skip: 'picture_unreadable' };
      }
    }
    const placed = { number, file: this.#choice === 'named' ? null : file, fresh: true };
    this.#known.set(key, placed);
    return placed;
  }
}

/** The picture's own fault, not that of the disk that is written to. */
function isGone(thrown: unknown): boolean {
  const { code } = thrown as { code?: unknown };
  return typeof code === 'string' && ['ENOENT', 'ENOTDIR', 'EACCES', 'bad_image', 'io'].includes(code);
}
