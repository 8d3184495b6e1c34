/**
 * What a page in a browser brings in: pictures, files and whole folders, a piece at a time, into `uploads/NAME` of the
 * project. It lies under another name until it is whole; cancelled, or left by its page, nothing stays.
 */
import { mkdir, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import {
  UPLOAD_BUDGET,
  UPLOAD_LEAVES_FREE,
  UPLOADS,
  type UploadPiece,
  type UploadPlaced,
} from '../../src-shared/contract/procedures.ts';
import { randomWord } from '../../src-shared/rpc/handshake.ts';
import { writeFolderAtomically, type Folder, type FolderFile } from '../files/atomic-folder.ts';
import { isTemporaryName } from '../files/temporary.ts';
import type { Project } from '../store/file/project.ts';
import { kindOfName } from './path-kind.ts';
import { uploadName, uploadPath } from './upload-names.ts';

/** At a time: each holds a file open. */
const MOST_OPEN = 8;
/** Nothing came for so long: its page is gone. */
const IDLE_MS = 10 * 60_000;
/** Files of questions that are told by name. */
const MOST_TOLD = 50;

export interface UploadWish {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

export class Uploads {
  readonly #project: Project;
  readonly #budget: number;
  readonly #open = new Map<string, Upload>();

  /** @param budget bytes that all of `uploads` may take */
  constructor(project: Project, budget: number = UPLOAD_BUDGET) {
    this.#project = project;
    this.#budget = budget;
  }

  /**
   * Begins one. @returns what to call it by
   * @throws FoveaError the project's reason when it is read-only, `no_space` over the budget or the disk, `conflict` for too many at a time
   */
  async begin({ name, files, bytes }: UploadWish): Promise<string> {
    if (this.#project.readOnly) throw this.#project.readOnly;
    this.#dropIdle();
    if (this.#open.size >= MOST_OPEN) {
      throw new FoveaError('conflict', 'too many things are brought in at once', {
        next: 'Wait until one of them is done, or cancel one',
      });
    }
    const folder = join(this.#project.path, UPLOADS);
    await mkdir(folder, { recursive: true });
    await this.#requireRoom(folder, bytes);
    const id = randomWord();
    this.#open.set(
      id,
      new Upload(join(folder, await this.#freeName(folder, uploadName(name))), files, bytes),
    );
    return id;
  }

  /** Adds pieces, in their order. Throws as {@link Upload.write}; nothing of the upload stays then. */
  async write(id: string, pieces: readonly UploadPiece[]): Promise<void> {
    const upload = this.#get(id);
    try {
      await upload.write(pieces);
    } catch (thrown) {
      this.#open.delete(id);
      await upload.giveUp();
      throw thrown;
    }
  }

  /** Puts it in its place. Throws `bad_input` when it is not whole; nothing of it stays then. */
  async finish(id: string): Promise<UploadPlaced> {
    const upload = this.#get(id);
    this.#open.delete(id);
    return upload.finish();
  }

  /** Takes away what came so far; one that is over is no error. */
  async cancel(id: string): Promise<void> {
    const upload = this.#open.get(id);
    this.#open.delete(id);
    await upload?.giveUp();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.cancel(id)));
  }

  #get(id: string): Upload {
    const found = this.#open.get(id);
    if (found) return found;
    throw new FoveaError('not_found', 'this is no longer being brought in', { next: 'Choose it again' });
  }

  #dropIdle(): void {
    for (const [id, upload] of this.#open) {
      if (Date.now() - upload.heard > IDLE_MS) void this.cancel(id);
    }
  }

  async #requireRoom(folder: string, bytes: number): Promise<void> {
    const coming = [...this.#open.values()].reduce((sum, upload) => sum + upload.toCome, 0);
    const { bavail, bsize } = await statfs(folder);
    const room = bavail * bsize - UPLOAD_LEAVES_FREE - coming;
    const next = 'Put it on the machine that Fovea runs on, and give its path';
    if (bytes > room) {
      const free = `${gb(bytes)} are too much for the disk of the project: ${gb(bavail * bsize)} are free, and ${gb(UPLOAD_LEAVES_FREE)} stay so`;
      throw new FoveaError('no_space', free, { where: folder, next });
    }
    const taken = (await bytesIn(folder)) + coming;
    if (taken + bytes <= this.#budget) return;
    const words = `${gb(bytes)} are too much: what was brought in takes ${gb(taken)} of ${gb(this.#budget)}`;
    throw new FoveaError('no_space', words, { where: folder, next });
  }

  async #freeName(folder: string, name: string): Promise<string> {
    const taken = new Set((await readdir(folder)).map((one) => one.toLowerCase()));
    for (const { target } of this.#open.values()) taken.add(target.slice(folder.length + 1).toLowerCase());
    for (let n = 1; ; n++) {
      const free = n === 1 ? name : `${name} ${n}`;
      if (!taken.has(free.toLowerCase())) return free;
    }
  }
}

class Upload {
  readonly target: string;
  readonly #files: number;
  readonly #bytes: number;
  readonly #folder = Promise.withResolvers<Folder>();
  readonly #end = Promise.withResolvers<void>();
  readonly #placed: Promise<void>;
  #turn: Promise<unknown> = Promise.resolve();
  #current: { readonly path: string; readonly file: FolderFile } | null = null;
  #seen = 0;
  #came = 0;
  #pictures = 0;
  readonly #questions: string[] = [];
  heard = Date.now();

  constructor(target: string, files: number, bytes: number) {
    this.target = target;
    this.#files = files;
    this.#bytes = bytes;
    this.#placed = writeFolderAtomically(
      target,
      async (folder) => {
        this.#folder.resolve(folder);
        await this.#end.promise;
      },
      async () => {
        // Somebody else put something there: it is theirs.
        if ((await stat(target).catch(() => null)) !== null) throw taken(target);
      },
    );
    this.#placed.catch((thrown: unknown) => this.#folder.reject(thrown));
    this.#folder.promise.catch(() => undefined);
    this.#end.promise.catch(() => undefined);
  }

  /** Bytes that were said and are not there yet. */
  get toCome(): number {
    return Math.max(0, this.#bytes - this.#came);
  }

  /**
   * @throws FoveaError `bad_input` for a name that leads elsewhere, two files of one name, a piece out of turn, more than was
   *   said; what the disk says
   */
  write(pieces: readonly UploadPiece[]): Promise<void> {
    this.heard = Date.now();
    const next = this.#turn.then(async () => {
      const folder = await this.#folder.promise;
      for (const piece of pieces) await this.#take(folder, piece);
    });
    this.#turn = next.catch(() => undefined);
    return next;
  }

  async finish(): Promise<UploadPlaced> {
    await this.#turn;
    try {
      await this.#current?.file.close();
      if (this.#seen !== this.#files || this.#came !== this.#bytes) {
        throw new FoveaError('bad_input', 'not all of it came', { next: 'Choose it again' });
      }
    } catch (thrown) {
      await this.giveUp();
      throw thrown;
    }
    this.#end.resolve();
    await this.#placed;
    return {
      dir: this.target,
      files: this.#seen,
      file: this.#seen === 1 ? join(this.target, this.#current!.path) : null,
      bytes: this.#came,
      pictures: this.#pictures,
      questions: this.#questions.map((path) => join(this.target, path)),
    };
  }

  async giveUp(): Promise<void> {
    this.#end.reject(new FoveaError('cancelled', 'it is not brought in'));
    await this.#placed.catch(() => undefined);
  }

  async #take(folder: Folder, { path: given, at, bytes }: UploadPiece): Promise<void> {
    const path = uploadPath(given);
    if (at === 0) await this.#begin(folder, path);
    const { file } = this.#current ?? {};
    if (!file || this.#current?.path !== path || file.size !== at) {
      throw new FoveaError('bad_input', 'pieces came out of turn', { where: path, next: 'Choose it again' });
    }
    this.#came += bytes.length;
    if (this.#came > this.#bytes || this.#seen > this.#files) {
      throw new FoveaError('bad_input', 'more came than was said', { where: path, next: 'Choose it again' });
    }
    await file.write(bytes);
  }

  async #begin(folder: Folder, path: string): Promise<void> {
    await this.#current?.file.close();
    this.#current = null;
    const file = await folder.create(path).catch((thrown: NodeJS.ErrnoException) => {
      if (!['EEXIST', 'ENOTDIR', 'EISDIR'].includes(thrown.code ?? '')) throw thrown;
      throw new FoveaError('bad_input', 'two files have the same name here', {
        where: path,
        next: 'Give one of them another name, then choose the folder again',
      });
    });
    this.#current = { path, file };
    this.#seen++;
    const kind = kindOfName(path);
    if (kind === 'picture') this.#pictures++;
    if (kind === 'questions' && this.#questions.length < MOST_TOLD) this.#questions.push(path);
  }
}

function taken(target: string): FoveaError {
  return new FoveaError('conflict', 'something else has taken that place', {
    where: target,
    next: 'Choose it again',
  });
}

/** What all files below a folder take; those on their way are counted by whoever writes them. */
async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (isTemporaryName(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await bytesIn(path);
    else bytes += (await stat(path).catch(() => null))?.size ?? 0;
  }
  return bytes;
}

function gb(bytes: number): string {
  return bytes < 1e8 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
