/** Files whose names lead to them without a link on the way, of one folder of pictures: told without resolving each name whole. */
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { isInside } from '../../files/inside.ts';

/** Folders that are remembered. */
const MOST_FOLDERS = 1000;

export class PlainFolders {
  readonly #root: string;
  readonly #known = new Map<string, boolean>();

  /** @param root links resolved. What a folder below it is, is asked once: to be made anew for each walk over pictures */
  constructor(root: string) {
    this.#root = root;
  }

  /** The ordinary file of a name below the root; null where that is not plain to see. */
  file(path: string): { readonly file: string; readonly info: Stats } | null {
    if (isAbsolute(path) || /^[a-zA-Z]:|\\/.test(path) || path.split('/').includes('..')) return null;
    const file = resolve(this.#root, path);
    try {
      if (!this.#isPlain(dirname(file))) return null;
      const info = lstatSync(file);
      return info.isFile() ? { file, info } : null;
    } catch {
      return null;
    }
  }

  #isPlain(folder: string): boolean {
    let plain = this.#known.get(folder);
    if (plain === undefined) {
      plain = realpathSync.native(folder) === folder && isInside(this.#root, folder);
      if (this.#known.size >= MOST_FOLDERS) this.#known.clear();
      this.#known.set(folder, plain);
    }
    return plain;
  }
}
