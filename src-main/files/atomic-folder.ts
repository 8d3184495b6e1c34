/**
 * A folder that is there whole or not at all: filled under another name beside its place, its files synced, then renamed.
 * What is in its place before (an earlier folder of the same kind, as its owner agreed) stays until the new one is whole.
 */
import { appendFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { BufferedSink, syncFolder, withFileErrors, type Sink } from './atomic-file.ts';
import { sweepTemporary, temporaryBeside } from './temporary.ts';

/** Files that are synced at a time. */
const SYNCED_AT_ONCE = 16;

/** A file of the folder while it is written. */
export interface FolderFile extends Sink {
  /** Bytes written so far. */
  readonly size: number;
  close(): Promise<void>;
}

/** A folder while it is filled. Names are `/` separated, inside it; folders on their way are made. */
export interface Folder {
  /** Where it lies for now. */
  readonly path: string;
  /** A new file, to be closed by whoever asked for it; what was left open is closed when the folder is given up. */
  create(name: string): Promise<FolderFile>;
  /** A small file at once. */
  put(name: string, data: string | Uint8Array): Promise<void>;
  /** Adds to a file, which is made when it is not there. */
  append(name: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** The absolute path to put something at by other means; folders on the way are there. */
  placeOf(name: string): Promise<string>;
}

/**
 * Runs `fill` on a new folder and puts it at `target` when it succeeds; else nothing is left behind and what was there
 * stays. `beforePlacing` may still stop it, by throwing, right before the folder takes its name. Throws what the two throw,
 * or FoveaError as `writeAtomically`.
 */
export async function writeFolderAtomically<T>(
  target: string,
  fill: (folder: Folder) => Promise<T>,
  beforePlacing: () => Promise<unknown> = () => Promise.resolve(),
): Promise<T> {
  const above = path.dirname(target);
  sweepTemporary(above);
  const temporary = temporaryBeside(target);
  return withFileErrors(target, async () => {
    await mkdir(temporary);
    const folder = new FolderBeingFilled(temporary);
    try {
      const result = await fill(folder);
      await syncTree(temporary);
      await beforePlacing();
      await place(temporary, target);
      await syncFolder(above);
      return result;
    } catch (error) {
      await folder.giveUp();
      await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
      throw error;
    }
  });
}

/** What is there makes way for as long as the new one moves in, and comes back when it cannot. */
async function place(temporary: string, target: string): Promise<void> {
  const before = await stat(target).catch(() => null);
  if (!before) return rename(temporary, target);
  const aside = temporaryBeside(target);
  await rename(target, aside);
  try {
    await rename(temporary, target);
  } catch (error) {
    await rename(aside, target);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

class FolderBeingFilled implements Folder {
  readonly path: string;
  readonly #open = new Set<FileHandle>();
  readonly #made = new Set<string>();

  constructor(folder: string) {
    this.path = folder;
  }

  async create(name: string): Promise<FolderFile> {
    const handle = await open(await this.placeOf(name), 'wx');
    this.#open.add(handle);
    return new OpenFile(handle, () => this.#open.delete(handle));
  }

  async put(name: string, data: string | Uint8Array): Promise<void> {
    const file = await this.create(name);
    await file.write(data);
    await file.close();
  }

  async append(name: string, text: string): Promise<void> {
    await appendFile(await this.placeOf(name), text);
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(path.join(this.path, from), await this.placeOf(to));
  }

  async giveUp(): Promise<void> {
    await Promise.all([...this.#open].map((handle) => handle.close().catch(() => undefined)));
  }

  async placeOf(name: string): Promise<string> {
    const place = path.join(this.path, name);
    const above = path.dirname(place);
    if (!this.#made.has(above)) {
      await mkdir(above, { recursive: true });
      this.#made.add(above);
    }
    return place;
  }
}

class OpenFile implements FolderFile {
  readonly #handle: FileHandle;
  readonly #sink: BufferedSink;
  readonly #closed: () => void;
  size = 0;

  constructor(handle: FileHandle, closed: () => void) {
    this.#handle = handle;
    this.#sink = new BufferedSink(handle);
    this.#closed = closed;
  }

  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    this.size += bytes.length;
    await this.#sink.write(bytes);
  }

  async close(): Promise<void> {
    await this.#sink.flush();
    await this.#handle.close();
    this.#closed();
  }
}

/** All at the end: by then the disk has most of it already. */
async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const work = async (): Promise<void> => {
    for (let file = files.pop(); file; file = files.pop()) {
      const handle = await open(path.join(file.parentPath, file.name), 'r+');
      await handle.sync().finally(() => handle.close());
    }
  };
  await Promise.all(Array.from({ length: SYNCED_AT_ONCE }, work));
  for (const entry of entries) {
    if (entry.isDirectory()) await syncFolder(path.join(entry.parentPath, entry.name));
  }
  await syncFolder(folder);
}
