/**
 * The one way to a file that somebody else put there: only ordinary files are opened. A named pipe would be waited for
 * until somebody writes into it, and a device never ends. What a name stands for may change between looking and opening,
 * so a file is opened without waiting and asked again once it is open.
 */
import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { FoveaError, type ErrorCode } from '../../src-shared/contract/errors.ts';
import { LIMITS, ReadGuard } from './read-guard.ts';

/** For all files of this thread. All threads of a process share libuv's: a side thread may lose one of them. */
export const guard = isMainThread ? new ReadGuard() : new ReadGuard({ ...LIMITS, atOnce: 1, mostLost: 1 });

/** Windows knows no such flag, and no named pipes among files. */
export const NEVER_WAIT = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
/** At a time, so that no call takes long on a disk that answers. */
const CHUNK_BYTES = 1 << 20;
/** Asked for at the least: of a file that grows, or has no size, such as those of the system. */
const LEAST_BYTES = 1 << 12;

/** What to say of a file that is none, or too large. */
export interface PlainWish {
  readonly code: ErrorCode;
  readonly next: string;
  /** Of those that are read whole. */
  readonly maxBytes?: number;
}

/**
 * Opens a file for `body`, which must not read much of it, and closes it.
 * @throws FoveaError by the wish for what is no ordinary file, `io` for one that does not answer, and what the system says
 *   (`ENOENT` and its like) as it is
 */
export function withPlainFile<T>(
  path: string,
  wish: PlainWish,
  body: (file: FileHandle, info: Stats) => Promise<T>,
): Promise<T> {
  return guard.run(path, async () => {
    const { file, info } = await openPlain(path, wish);
    try {
      return await body(file, info);
    } finally {
      await file.close();
    }
  });
}

/** The file piece by piece, from a byte of it to its end, however long that is. Errors as {@link withPlainFile}. */
export async function* plainChunks(
  path: string,
  wish: PlainWish,
  from = 0,
): AsyncGenerator<Buffer, void, undefined> {
  const { file, info } = await guard.run(path, () => openPlain(path, wish));
  const { maxBytes = Infinity } = wish;
  try {
    if (info.size > maxBytes) throw tooLarge(path, info.size, maxBytes, wish);
    for (let at = from; ;) {
      // No more room than there is left to read: a megabyte each made thousands of small pictures wait for the collector.
      const room = Math.min(CHUNK_BYTES, Math.max(info.size - at + 1, LEAST_BYTES));
      const { bytesRead, buffer } = await guard.run(path, () =>
        file.read(Buffer.allocUnsafe(room), 0, room, at),
      );
      if (bytesRead === 0) return;
      at += bytesRead;
      // It may grow while it is read.
      if (at > maxBytes) throw tooLarge(path, at, maxBytes, wish);
      yield buffer.subarray(0, bytesRead);
      // There was room for more than the file has.
      if (bytesRead < room && info.size > 0 && at >= info.size) return;
    }
  } finally {
    await file.close();
  }
}

/** A file that stays open, to be read anywhere in it. */
export interface PlainFile {
  readonly size: number;
  /** Exactly so many bytes. Throws FoveaError `io` where the file became shorter or does not answer. */
  readonly read: (from: number, bytes: number) => Promise<Buffer>;
  readonly close: () => Promise<void>;
}

/** Opens a file that is read piece by piece in any order; to be closed. Errors as {@link withPlainFile}. */
export async function openPlainFile(path: string, wish: PlainWish): Promise<PlainFile> {
  const { file, info } = await guard.run(path, () => openPlain(path, wish));
  return {
    size: info.size,
    close: () => file.close(),
    read: async (from, bytes) => {
      const buffer = Buffer.allocUnsafe(bytes);
      for (let at = 0; at < bytes;) {
        const { bytesRead } = await guard.run(path, () =>
          file.read(buffer, at, Math.min(CHUNK_BYTES, bytes - at), from + at),
        );
        if (bytesRead === 0) throw new FoveaError('io', 'the file became shorter', { where: path });
        at += bytesRead;
      }
      return buffer;
    },
  };
}

/** The first bytes of a file, at most so many. Errors as {@link withPlainFile}. */
export function readPlainStart(path: string, bytes: number): Promise<Buffer> {
  return withPlainFile(path, { code: 'bad_input', next: 'Name a file' }, async (file) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  });
}

/** Any other short look at a name. Throws FoveaError `io` where the disk does not answer, and what the system says. */
export function guarded<T>(path: string, body: () => Promise<T>): Promise<T> {
  return guard.run(path, body);
}

/** All of a file of at most `maxBytes`. Errors as {@link withPlainFile}. */
export async function readPlain(
  path: string,
  wish: PlainWish & { readonly maxBytes: number },
): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of plainChunks(path, wish)) parts.push(part);
  return Buffer.concat(parts);
}

/** The text of a small file, or null where there is none that can be read: for what has a way without it. */
export async function readSmallText(path: string, maxBytes = 1_000_000): Promise<string | null> {
  try {
    return (await readPlain(path, { code: 'bad_input', next: '', maxBytes })).toString('utf8');
  } catch {
    return null;
  }
}

/**
 * What lies at a path, links followed, asked before whatever would wait for its disk without an end.
 * @throws FoveaError `io` when the disk does not answer, and what the system says as it is
 */
export function guardedStat(path: string): Promise<Stats> {
  return guard.run(path, () => stat(path));
}

/** A descriptor of an ordinary file, to be closed by the caller. Errors as {@link withPlainFile}, but for shares. */
export function openPlainSync(path: string, wish: PlainWish): number {
  const fd = openSync(path, NEVER_WAIT);
  try {
    requirePlain(path, fstatSync(fd), wish);
    return fd;
  } catch (thrown) {
    closeSync(fd);
    throw thrown;
  }
}

/** What a name stands for, in words, when it is no ordinary file. */
export function kindOf(info: Stats): string {
  if (info.isDirectory()) return 'a folder';
  if (info.isFIFO()) return 'a named pipe';
  if (info.isSocket()) return 'a socket';
  return 'a device';
}

async function openPlain(path: string, wish: PlainWish): Promise<{ file: FileHandle; info: Stats }> {
  const file = await open(path, NEVER_WAIT).catch((error: unknown) => {
    // A socket, and a device that nobody stands behind.
    if (error instanceof Error && 'code' in error && error.code === 'ENXIO') {
      throw notPlain(path, 'a socket or a device', wish);
    }
    throw error;
  });
  try {
    const info = await file.stat();
    requirePlain(path, info, wish);
    return { file, info };
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

function requirePlain(path: string, info: Stats, wish: PlainWish): void {
  if (!info.isFile()) throw notPlain(path, kindOf(info), wish);
}

function notPlain(path: string, kind: string, { code, next }: PlainWish): FoveaError {
  return new FoveaError(code, `${basename(path)} is ${kind}, not a file`, { where: path, next });
}

function tooLarge(path: string, size: number, maxBytes: number, { code, next }: PlainWish): FoveaError {
  return new FoveaError(
    code,
    `${basename(path)} is ${size} bytes, above the ${maxBytes} such a file can have`,
    {
      where: path,
      next,
    },
  );
}
