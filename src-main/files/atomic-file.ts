/**
 * A file that is there whole or not at all: written under another name in the same folder, synced, then renamed. A
 * reader never meets half an export and a failed one leaves what was there before.
 */
import { open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ErrorCode } from '../../src-shared/contract/errors.ts';
import { sweepTemporary, temporaryBeside } from './temporary.ts';

const BUFFER_BYTES = 256 * 1024;

/** What an exporter may do with its file while it is being written. */
export interface Sink {
  /** Appends; small pieces are gathered. */
  write(data: string | Uint8Array): Promise<void>;
}

/**
 * Runs `fill` on a new file and puts it at `target` when it succeeds. When `fill` or the disk fails nothing is left
 * behind and `target` is untouched. `beforePlacing` may still stop it, by throwing, right before the file takes its
 * name. Throws what the two throw, or FoveaError `read_only`, `no_space`, `not_found` (the
 * folder does not exist), `bad_input` (a folder is in the way) or `io`.
 */
export async function writeAtomically<T>(
  target: string,
  fill: (sink: Sink) => Promise<T>,
  beforePlacing: () => Promise<unknown> = () => Promise.resolve(),
): Promise<T> {
  const folder = path.dirname(target);
  const temporary = temporaryBeside(target);
  sweepTemporary(folder);
  return withFileErrors(target, async () => {
    if ((await stat(target).catch(() => null))?.isDirectory()) {
      throw new FoveaError('bad_input', 'there is a folder of that name', {
        where: target,
        next: 'Give the name of a file to write',
      });
    }
    const handle = await open(temporary, 'wx');
    try {
      const sink = new BufferedSink(handle);
      const result = await fill(sink);
      await sink.flush();
      await handle.sync();
      await handle.close();
      await beforePlacing();
      await rename(temporary, target);
      await syncFolder(folder);
      return result;
    } catch (error) {
      await handle.close().catch(() => undefined);
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  });
}

/** Gathers small pieces for a file that is open. */
export class BufferedSink implements Sink {
  readonly #handle: FileHandle;
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    this.#parts.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= BUFFER_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, at);
      at += bytesWritten;
    }
  }
}

/** Makes the rename itself durable; not every system lets a folder be opened for that. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  if (!handle) return;
  await handle.sync().catch(() => undefined);
  await handle.close();
}

const FAILURES: Record<string, [ErrorCode, string, string]> = {
  EROFS: ['read_only', 'the folder cannot be written to', 'Choose a folder you may write to'],
  EACCES: ['read_only', 'the folder cannot be written to', 'Choose a folder you may write to'],
  EPERM: ['read_only', 'the folder cannot be written to', 'Choose a folder you may write to'],
  ENOSPC: ['no_space', 'the disk is full', 'Free some space or choose another disk'],
  EDQUOT: ['no_space', 'the disk quota is used up', 'Free some space or choose another disk'],
  ENOENT: ['not_found', 'the folder does not exist', 'Create it or choose another one'],
  ENOTDIR: ['not_found', 'a part of the path is not a folder', 'Choose another path'],
};

/** Runs it; what the system says of the disk leaves as FoveaError, said of `target`. */
export async function withFileErrors<T>(target: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (error instanceof FoveaError || code === undefined || typeof code !== 'string') throw error;
    const [kind, message, next] = FAILURES[code] ?? [
      'io',
      `writing failed (${code})`,
      'Try again or choose another disk',
    ];
    throw new FoveaError(kind, message, { where: target, next, cause: error });
  }
}
