/**
 * The one way to a picture's file. Only plain files are opened: a named pipe would be waited for until somebody writes
 * into it, a device never ends. What a name stands for may change between looking and opening, so the file is opened
 * without waiting and asked again once it is open.
 */
import type { Stats } from 'node:fs';
import { type FileHandle, open, readlink, stat } from 'node:fs/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { guard, kindOf, NEVER_WAIT } from '../../files/plain-file.ts';
import { badImage } from './bad-image.ts';

/** At a time, so that no call takes long on a disk that answers. */
const CHUNK_BYTES = 1 << 20;
/** Decoding the largest picture that is taken needs some seconds. */
const DECODE_LOST_MS = 180_000;

/** Size and times of a picture's file, links followed. @throws FoveaError as {@link withPictureFile} */
export function pictureStat(path: string): Promise<Stats> {
  return guard.run(path, () => checkedStat(path));
}

/**
 * Opens a picture's file for `body`, which must not read much of it, and closes it.
 * @throws FoveaError `not_found` for a missing file; `bad_image` for one that is empty or no plain file; `io` for one
 *   that may not be read or does not answer
 */
export function withPictureFile<T>(
  path: string,
  body: (file: FileHandle, info: Stats) => Promise<T>,
): Promise<T> {
  return guard.run(path, async () => {
    const { file, info } = await openChecked(path);
    try {
      return await body(file, info);
    } finally {
      await file.close();
    }
  });
}

/** A picture's file and its size and times, to read piece by piece. */
export interface OpenedPicture {
  readonly info: Stats;
  /** Its bytes, or those from `from` to before `to`; ends the file. To be called once. */
  chunks(from?: number, to?: number): AsyncGenerator<Uint8Array, void, undefined>;
  /** For one that is not read after all. */
  close(): Promise<void>;
}

/** Opens a picture's file to be sent somewhere. Errors as {@link withPictureFile}, also while it is read. */
export async function openPictureFile(path: string): Promise<OpenedPicture> {
  const { file, info } = await guard.run(path, () => openChecked(path));
  return {
    info,
    close: () => file.close(),
    async *chunks(from = 0, to = info.size) {
      try {
        for (let at = from; at < to;) {
          const wanted = Math.min(CHUNK_BYTES, to - at);
          const { bytesRead, buffer } = await guard.run(path, () =>
            file.read(Buffer.allocUnsafe(wanted), 0, wanted, at),
          );
          if (bytesRead === 0) throw new FoveaError('io', 'the file became shorter', { where: path });
          yield buffer.subarray(0, bytesRead);
          at += bytesRead;
        }
      } finally {
        await file.close();
      }
    },
  };
}

/** All of a picture's file. Errors as {@link withPictureFile}. */
export async function readPictureFile(path: string): Promise<Buffer> {
  const { chunks } = await openPictureFile(path);
  const parts: Uint8Array[] = [];
  for await (const part of chunks()) parts.push(part);
  return Buffer.concat(parts);
}

/** Runs another short look at a name, such as resolving its links. @throws FoveaError `io`, and what `body` throws */
export function lookingAt<T>(path: string, body: () => Promise<T>): Promise<T> {
  return guard.run(path, body);
}

/** Runs what a library does with a file that was looked at; given up after three minutes. @throws FoveaError `io` */
export function decoding<T>(path: string, body: () => Promise<T>): Promise<T> {
  return guard.long(path, DECODE_LOST_MS, body);
}

async function openChecked(path: string): Promise<{ file: FileHandle; info: Stats }> {
  await checkedStat(path);
  const file = await open(path, NEVER_WAIT).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, error);
  });
  try {
    const info = await file.stat();
    requirePlain(path, info);
    return { file, info };
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

async function checkedStat(path: string): Promise<Stats> {
  const info = await stat(path).catch(async (error: NodeJS.ErrnoException) => {
    const target = error.code === 'ENOENT' ? await readlink(path).catch(() => null) : null;
    throw target === null ? unreadable(path, error) : danglingLink(path, target);
  });
  requirePlain(path, info);
  return info;
}

function requirePlain(path: string, info: Stats): void {
  if (!info.isFile()) throw badImage(path, `it is ${kindOf(info)}, not a file`);
  if (info.size === 0) throw badImage(path, '0 bytes');
}

function danglingLink(path: string, target: string): FoveaError {
  return new FoveaError('not_found', `the picture is a link to ${target}, and nothing is there`, {
    where: path,
    next: 'Put the picture back there, or make the link lead to it',
  });
}

function unreadable(path: string, error: NodeJS.ErrnoException): FoveaError {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new FoveaError('not_found', 'the picture is missing', {
        where: path,
        next: 'Put it back, or leave its samples out',
      });
    case 'ELOOP':
      return new FoveaError('io', 'the picture is a link that leads round in a circle', {
        where: path,
        next: 'Make the link lead to the picture',
      });
    default:
      return new FoveaError('io', `the picture cannot be read (${error.code})`, {
        where: path,
        next: "Check the file's permissions",
      });
  }
}
