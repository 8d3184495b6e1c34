/**
 * The pictures that stand in the file which is imported: each is stored (or, where nothing may be written, only looked at)
 * as it is met, so that no more than a few are in memory.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { FolderPicture, ImportItem, RowPicture, RowReason } from '../../importers/index.ts';
import { findStored, type StoredPicture, storePicture } from '../pictures/stored.ts';

/** Where a picture is once its row was read. */
export type ReadPicture = FolderPicture | StoredPicture;
export type ReadItem = ImportItem<ReadPicture>;

/** One word for a picture: names of the two folders do not meet. */
export function keyOf({ in: where, path }: Pick<ReadPicture, 'in' | 'path'>): string {
  return where === 'folder' ? path : `\0${path}`;
}

/** The pictures of questions, each once. */
export function picturesOf(items: readonly ReadItem[]): ReadPicture[] {
  const found = new Map<string, ReadPicture>();
  let last = '';
  for (const item of items) {
    if (!item.ok) continue;
    const key = keyOf(item.record.picture);
    if (key !== last) found.set(key, item.record.picture);
    last = key;
  }
  return [...found.values()];
}

/** Fingerprints remembered, some 30 MB; what is forgotten is found on the disk again. */
const REMEMBERED = 100_000;

type Known = StoredPicture | { readonly error: FoveaError };

export class EmbeddedPictures {
  readonly #stored: string | null;
  #known = new Map<string, Promise<Known>>();
  /** Made when it is needed. */
  #scratch: Promise<string> | null = null;

  /** @param stored the folder they are stored in; null: they are looked at in a folder of the system's that goes again */
  constructor(stored: string | null) {
    this.#stored = stored;
  }

  /** The item with its picture stored, or why that cannot be. Throws FoveaError `no_space`, `read_only`, `io` of the disk. */
  settle(item: ImportItem): ReadItem | Promise<ReadItem> {
    if (!item.ok) return item;
    const { picture } = item.record;
    return picture.in === 'folder' ? (item as ReadItem) : this.#settled(item, picture);
  }

  /** Takes away what was only looked at. */
  async close(): Promise<void> {
    if (this.#scratch !== null) await rm(await this.#scratch, { recursive: true, force: true });
  }

  async #settled(
    item: ImportItem & { readonly ok: true },
    picture: Extract<RowPicture, { in: 'file' }>,
  ): Promise<ReadItem> {
    const known = await this.#take(picture);
    if (!('error' in known)) return { ...item, record: { ...item.record, picture: known } };
    const { line, row, form } = item;
    return { ok: false, line, row, form, problem: problemOf(known.error) };
  }

  #take({ sha256, bytes }: Extract<RowPicture, { in: 'file' }>): Promise<Known> {
    const known = this.#known.get(sha256);
    if (known) return known;
    if (this.#known.size >= REMEMBERED) this.#known = new Map();
    const taken = this.#store(sha256, bytes).catch((thrown: unknown) => {
      const error = FoveaError.from(thrown);
      if (ABOUT_THE_PICTURE.has(error.code)) return { error };
      throw error;
    });
    this.#known.set(sha256, taken);
    return taken;
  }

  async #store(sha256: string, bytes: Uint8Array | null): Promise<StoredPicture> {
    const folder = this.#stored ?? (await (this.#scratch ??= mkdtemp(join(tmpdir(), 'fovea-look-'))));
    if (bytes !== null) {
      const stored = await storePicture(folder, sha256, bytes);
      if (this.#stored === null) await rm(join(folder, stored.path), { force: true });
      return stored;
    }
    const found = await findStored(folder, sha256, null);
    if (found) return found;
    throw new FoveaError('bad_image', 'the row shows the picture of another row, which could not be taken');
  }
}

const ABOUT_THE_PICTURE: ReadonlySet<string> = new Set(['bad_image', 'image_too_large', 'not_found']);

function problemOf({ message, next }: FoveaError): RowReason {
  return { message, value: 'in the file', next: next ?? 'Correct it and import the file again' };
}
