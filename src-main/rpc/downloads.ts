/**
 * Exports that a page may take with it: those that it was told about were written by this host, since the project was
 * opened, and lie there as they were written. A page asks with a word that it alone was given, never with a path.
 */
import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { randomWord } from '../../src-shared/rpc/handshake.ts';
import type { ZipEntry } from '../files/zip.ts';
import { factsOf } from '../jobs/export/target.ts';

/** Words that are good at a time, the newest. */
const MOST = 100;
const PIECE_BYTES = 256 << 10;

type Facts = NonNullable<Awaited<ReturnType<typeof factsOf>>>;

/** What is sent: one file as it is, or a folder's files as one zip. */
export interface Download {
  /** Of the file that a browser makes. */
  readonly name: string;
  readonly files: readonly ZipEntry[];
  readonly zipped: boolean;
}

export class Downloads {
  /** By the path that was written. */
  readonly #written = new Map<string, Facts>();
  readonly #words = new Map<string, string>();

  /** Call it with what an export wrote, when it is whole. */
  async wrote(path: string): Promise<void> {
    const facts = await factsOf(path).catch(() => null);
    if (facts) this.#written.set(path, facts);
  }

  /**
   * A word for an export.
   * @throws FoveaError `not_found` for what this host did not write, or what changed since
   */
  async offer(path: string): Promise<{ readonly word: string; readonly name: string }> {
    const { zipped } = await this.#asWritten(path);
    const word = randomWord();
    this.#words.set(word, path);
    for (const oldest of this.#words.keys()) {
      if (this.#words.size <= MOST) break;
      this.#words.delete(oldest);
    }
    return { word, name: nameOf(path, zipped) };
  }

  /** What a word stands for; null: nothing. Throws as {@link offer}. */
  async find(word: string): Promise<Download | null> {
    const path = this.#words.get(word);
    if (path === undefined) return null;
    const { zipped } = await this.#asWritten(path);
    const files = zipped ? await filesIn(path) : [await entryOf(path, basename(path))];
    return { name: nameOf(path, zipped), zipped, files };
  }

  async #asWritten(path: string): Promise<{ readonly zipped: boolean }> {
    const known = this.#written.get(path);
    const now = known && (await factsOf(path));
    if (known && now && known.bytes === now.bytes && known.mtimeMs === now.mtimeMs) {
      return { zipped: (await stat(path)).isDirectory() };
    }
    throw new FoveaError('not_found', 'this export is not there as it was written', {
      where: path,
      next: 'Export again, then download it',
    });
  }
}

function nameOf(path: string, zipped: boolean): string {
  return zipped ? `${basename(path)}.zip` : basename(path);
}

/** All files of a folder, under its own name. A link to a picture is that picture: whoever unpacks it has nothing to link to. */
async function filesIn(folder: string): Promise<ZipEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  const found: ZipEntry[] = [];
  for (const entry of files) {
    const path = join(entry.parentPath, entry.name);
    const inside = path.slice(folder.length).split(/[\\/]/).filter(Boolean);
    found.push(await entryOf(path, [basename(folder), ...inside].join('/')));
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function entryOf(path: string, name: string): Promise<ZipEntry> {
  const info = await stat(path);
  if (!info.isFile())
    throw new FoveaError('io', 'this is no plain file', { where: path, next: 'Export again' });
  return { name, bytes: info.size, modified: info.mtime, read: () => piecesOf(path) };
}

/** Nothing that could make a reader wait, such as a pipe put in a file's place, is opened for reading. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array, void> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (!(await file.stat()).isFile()) throw new FoveaError('io', 'this is no plain file', { where: path });
    for (;;) {
      const piece = Buffer.allocUnsafe(PIECE_BYTES);
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
