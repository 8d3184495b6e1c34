/** What this page brings in: one thing at a time, how far it is, and the way out of it. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { UploadPiece, UploadPlaced } from '../../src-shared/contract/procedures.ts';
import type { Session } from '../shell/session.svelte.ts';
import type { Chosen, ChosenFile } from './chosen.dom.ts';
import { cuts } from './cut.ts';

/** Calls under way at a time: while one is written the next is read. */
const AHEAD = 2;

export class Uploads {
  readonly #session: Session;
  #id: string | null = null;
  #cancelled = false;
  /** Folders that were brought in by this page. */
  readonly #placed: string[] = [];
  /** What is brought in, by its name; null: nothing. */
  working = $state<string | null>(null);
  cancelling = $state(false);
  /** Bytes. */
  progress = $state.raw({ done: 0, total: 0 });
  error = $state.raw<FoveaError | null>(null);

  constructor(session: Session) {
    this.#session = session;
  }

  /** Brings it in. @returns where it lies; null when it failed, which `error` says, or was cancelled */
  async bring({ name, files }: Chosen): Promise<UploadPlaced | null> {
    if (this.working !== null) return null;
    this.error = null;
    if (files.length === 0) {
      const next = 'Choose a folder with pictures or questions in it';
      this.error = new FoveaError('bad_input', 'There is nothing in it to bring in', { next });
      return null;
    }
    [this.working, this.#cancelled] = [name, false];
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    this.progress = { done: 0, total: bytes };
    try {
      const { client } = this.#session;
      const { id } = await client.call('uploads.begin', { name, files: files.length, bytes });
      this.#id = id;
      await this.#send(id, files);
      const placed = await client.call('uploads.finish', { id });
      this.#placed.push(placed.dir);
      return placed;
    } catch (thrown) {
      if (!this.#cancelled) this.error = FoveaError.from(thrown);
      this.#giveUp();
      return null;
    } finally {
      this.working = this.#id = null;
      this.cancelling = false;
    }
  }

  /** Whether a path lies in what this page brought in. */
  isBroughtIn(path: string): boolean {
    return this.#placed.some(
      (dir) => path === dir || path.startsWith(`${dir}/`) || path.startsWith(`${dir}\\`),
    );
  }

  /** Nothing of it stays. */
  cancel(): void {
    this.#cancelled = this.cancelling = true;
  }

  clear(): void {
    this.error = null;
  }

  async #send(id: string, files: readonly ChosenFile[]): Promise<void> {
    const under: Promise<unknown>[] = [];
    try {
      for (const call of cuts(files.map(({ file }) => file.size))) {
        if (this.#cancelled) throw new FoveaError('cancelled', 'It is not brought in');
        const pieces: UploadPiece[] = [];
        for (const { file: which, from, to } of call) {
          const { path, file } = files[which]!;
          pieces.push({ path, at: from, bytes: await bytesOf(file.slice(from, to), path) });
        }
        const sent = this.#session.client.call('uploads.write', { id, pieces }).then(() => {
          const came = call.reduce((sum, { from, to }) => sum + to - from, 0);
          this.progress = { ...this.progress, done: this.progress.done + came };
        });
        // Waited for below; should an earlier one fail, nobody else hears of this one.
        sent.catch(() => undefined);
        under.push(sent);
        if (under.length >= AHEAD) await under.shift();
      }
    } finally {
      await Promise.allSettled(under.slice(0, -1));
    }
    await Promise.all(under);
  }

  #giveUp(): void {
    if (this.#id === null) return;
    // Whether it could be told changes nothing here: what nobody goes on with is taken away.
    void this.#session.client.call('uploads.cancel', { id: this.#id }).catch(() => undefined);
  }
}

async function bytesOf(part: Blob, path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await part.arrayBuffer());
  } catch (cause) {
    const next = 'Check that it is still there and that you may read it, then choose it again';
    throw new FoveaError('io', 'The browser cannot read a file', { where: path, next, cause });
  }
}

export const [getUploads, setUploads] = createContext<Uploads>();
