/**
 * One file from the endpoint to the disk: it grows as `.part`, goes on where it stopped, and takes its name when size and
 * hash are those of the list.
 */
import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PART, type OwnedFile } from '../owned.ts';
import { Passing } from '../../transfer/retrying.ts';
import { networkError, refused } from './failures.ts';
import type { Listing } from './listing.ts';
import { request } from './request.ts';
import { retrying, type Patience } from './retry.ts';
import type { HubSettings } from './settings.ts';

export interface Transfer {
  readonly settings: HubSettings;
  readonly listing: Pick<Listing, 'repo' | 'commit'>;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  /** Bytes of this file that lie on the disk now. */
  readonly onBytes: (bytes: number) => void;
  /** Bytes that have just come over the network. */
  readonly onReceived: (bytes: number) => void;
}

const PIECE = 4 << 20;

/**
 * Leaves the whole file at `dir/file.path`; does nothing when a file of its size has that name.
 * @throws FoveaError `network` (also when what arrives is not what was listed), `unauthorized`, `not_found`, `cancelled`,
 *   and what the disk says; the part stays for the next time
 */
export async function fetchFile(transfer: Transfer, dir: string, file: OwnedFile): Promise<void> {
  const target = join(dir, file.path);
  const { listing, settings, patience, signal, onBytes } = transfer;
  if ((await stat(target).catch(() => null))?.size === file.size) return onBytes(file.size);
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const url = `${settings.endpoint}/${listing.repo}/resolve/${listing.commit}/${path}`;
  await mkdir(dirname(target), { recursive: true });
  const part = target + PART;
  let wrong = 0;
  let best = 0;
  const gained = (bytes: number): void => {
    best = Math.max(best, bytes);
    onBytes(bytes);
  };
  await retrying(
    url,
    patience,
    signal,
    () => best,
    async () => {
      const hash = await receive({ ...transfer, onBytes: gained }, url, part, file);
      if (hash === file.hash.hex) return;
      // A part of another version, or a byte that changed on its way: once more from nothing, then it is the server.
      await rm(part);
      onBytes(0);
      if (++wrong > 1) {
        throw networkError(
          `${file.path} is not what the server lists: its checksum differs`,
          url,
          'Try again later, or set HF_ENDPOINT to another server',
        );
      }
      throw new Passing(`the checksum of ${file.path} differs`, 0);
    },
  );
  await rename(part, target);
}

/** Brings the part to its full size. @returns its hash */
async function receive(transfer: Transfer, url: string, part: string, file: OwnedFile): Promise<string> {
  const hash = newHash(file);
  const handle = await open(part, 'a+');
  try {
    let have = await readInto(hash, handle, file.size);
    transfer.onBytes(have);
    if (have < file.size) {
      have = await append(transfer, url, handle, file, hash, have);
      if (have < file.size) throw new Passing(`${file.path} ended after ${have} of ${file.size} bytes`);
    }
    await handle.sync();
    return hash.current.digest('hex');
  } finally {
    await handle.close();
  }
}

/** A hash that can start over when the server sends the file from its beginning. */
interface FileHash {
  current: Hash;
  readonly fresh: () => Hash;
}

function newHash({ hash, size }: OwnedFile): FileHash {
  const fresh = (): Hash =>
    hash.kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
  return { current: fresh(), fresh };
}

/** Hashes what is there. A part that is longer than the file can be is emptied. @returns its size */
async function readInto(hash: FileHash, handle: FileHandle, limit: number): Promise<number> {
  const { size } = await handle.stat();
  if (size > limit) {
    await handle.truncate(0);
    return 0;
  }
  const buffer = Buffer.alloc(Math.min(PIECE, Math.max(size, 1)));
  for (let at = 0; at < size;) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, size - at), at);
    if (bytesRead === 0) break;
    hash.current.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return size;
}

/** Asks for the rest and appends it. @returns the part's size after it */
async function append(
  { settings, patience, signal, onBytes, onReceived, listing }: Transfer,
  url: string,
  handle: FileHandle,
  file: OwnedFile,
  hash: FileHash,
  have: number,
): Promise<number> {
  const headers: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
  const answer = await request(settings, url, { signal, headers, stallMs: patience.stallMs });
  const { response } = answer;
  const from = have > 0 && response.status === 206 ? rangeStart(response) : 0;
  if (!response.ok || (from !== 0 && from !== have)) {
    await answer.drop();
    if (response.status === 416 || response.ok) {
      await handle.truncate(0);
      throw new Passing(`the server does not go on with ${file.path}`, 0);
    }
    throw refused(response, `${listing.repo} ${file.path}`, url, settings);
  }
  let size = have;
  if (from === 0 && have > 0) {
    await handle.truncate(0);
    hash.current = hash.fresh();
    size = 0;
  }
  const announced = Number(response.headers.get('content-length') ?? NaN);
  if (announced + size > file.size) {
    await answer.drop();
    throw tooLong(file, url);
  }
  for await (const piece of answer.pieces) {
    if (size + piece.length > file.size) throw tooLong(file, url);
    for (let at = 0; at < piece.length;) at += (await handle.write(piece, at)).bytesWritten;
    hash.current.update(piece);
    size += piece.length;
    onReceived(piece.length);
    onBytes(size);
  }
  return size;
}

function rangeStart(response: Response): number {
  const match = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  return match ? Number(match[1]) : -1;
}

function tooLong({ path, size }: OwnedFile, url: string) {
  return networkError(
    `the server sends more of ${path} than the ${size} bytes it lists`,
    url,
    'Try again later, or set HF_ENDPOINT to another server',
  );
}
