/**
 * One package from the feed to the disk: it grows as `.part`, goes on where it stopped, and takes its name when size and
 * SHA-512 are those of the signed list. Under its name it is whole, or not there.
 */
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { diskError } from '../files/disk-words.ts';
import { untrusted, type ReleaseFile } from './manifest.ts';
import { Passing } from '../transfer/retrying.ts';
import { ask, networkError, refusal } from './request.ts';
import { retrying, type Patience } from './retrying.ts';
import { isWhole } from './whole-file.ts';

export interface Download {
  readonly feed: URL;
  readonly file: ReleaseFile;
  /** Where it goes, a folder for packages alone; made when it is not there. */
  readonly dir: string;
  /** Files in there that stay; others go. */
  readonly keeps: readonly string[];
  readonly patience: Patience;
  readonly signal: AbortSignal;
  /** Bytes of it that lie on the disk now. */
  readonly onBytes: (bytes: number) => void;
}

const PART = '.part';

/**
 * @returns the path of the whole file
 * @throws FoveaError `untrusted` when what arrives is not what was signed, `network`, `not_found`, `cancelled`, and what the
 *   disk says; what arrived before a break stays for the next time
 */
export async function downloadPackage(download: Download): Promise<string> {
  const { dir, file, keeps } = download;
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const target = join(dir, file.name);
    if (await isWhole(target, file)) {
      download.onBytes(file.size);
      return target;
    }
    // Named by what it is a part of: one of another release is not gone on with.
    const part = join(
      dir,
      `${file.name}.${Buffer.from(file.sha512, 'base64').toString('hex').slice(0, 16)}${PART}`,
    );
    await removeOthers(dir, [part, ...keeps]);
    await checkRoom(dir, part, file);
    await receiveWhole(download, part);
    await rename(part, target);
    return target;
  } catch (thrown) {
    throw diskError(thrown, join(dir, file.name));
  }
}

/** What downloads before this one left: parts of them, and packages that were never installed. */
async function removeOthers(dir: string, stay: readonly string[]): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (!entry.isDirectory() && !stay.includes(path)) await rm(path, { force: true });
  }
}

async function checkRoom(dir: string, part: string, { size }: ReleaseFile): Promise<void> {
  const { bavail, bsize } = await statfs(dir);
  const have = (await stat(part).catch(() => null))?.size ?? 0;
  if (bavail * bsize >= size - have) return;
  const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);
  throw new FoveaError(
    'no_space',
    `the update needs ${megabytes(size - have)} MB, ${megabytes(bavail * bsize)} MB are free`,
    { where: dir, next: 'Free some space on this disk, then check for updates again' },
  );
}

async function receiveWhole(
  { feed, file, patience, signal, onBytes }: Download,
  part: string,
): Promise<void> {
  const url = new URL(file.name, feed);
  let best = 0;
  let wrong = 0;
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
      await receive(url, file, part, { signal, stallMs: patience.stallMs, gained });
      // What lies on the disk, not what came: another program may have written there meanwhile.
      if (await isWhole(part, file)) return;
      // A byte may have changed on its way, or on the disk since: once more from nothing, then it is the server.
      await rm(part, { force: true });
      onBytes(0);
      if (++wrong > 1)
        throw untrusted(`${file.name} is not what the signed list says: its checksum differs`, url.href);
      throw new Passing(`the checksum of ${file.name} differs`);
    },
  );
}

interface Receiving {
  readonly signal: AbortSignal;
  readonly stallMs: number;
  readonly gained: (bytes: number) => void;
}

/** Brings the part to its full size. */
async function receive(url: URL, file: ReleaseFile, part: string, receiving: Receiving): Promise<void> {
  // Links are not followed: what is written stays in this folder.
  const handle = await open(part, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o600);
  try {
    const { size } = await handle.stat();
    if (size > file.size) await handle.truncate(0);
    const have = size > file.size ? 0 : size;
    receiving.gained(have);
    const total = have < file.size ? await append(url, file, handle, have, receiving) : have;
    if (total < file.size) throw new Passing(`${file.name} ended after ${total} of ${file.size} bytes`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Asks for the rest and appends it. @returns the part's size after it */
async function append(
  url: URL,
  file: ReleaseFile,
  handle: FileHandle,
  have: number,
  { signal, stallMs, gained }: Receiving,
): Promise<number> {
  const { response, pieces, drop } = await ask(url, { signal, stallMs, from: have });
  const from = have > 0 && response.status === 206 ? rangeStart(response) : 0;
  if ((response.status !== 200 && response.status !== 206) || (from !== 0 && from !== have)) {
    await drop();
    if (response.status === 206 || response.status === 416) {
      await handle.truncate(0);
      throw new Passing(`the feed does not go on with ${file.name}`);
    }
    throw refusal(response.status, url);
  }
  let size = from;
  if (from !== have) await handle.truncate(0);
  for await (const piece of pieces) {
    if (size + piece.length > file.size)
      throw networkError(
        `the feed sends more of ${file.name} than the ${file.size} bytes that were signed`,
        url,
      );
    for (let at = 0; at < piece.length;)
      at += (await handle.write(piece, at, piece.length - at, size + at)).bytesWritten;
    size += piece.length;
    gained(size);
  }
  return size;
}

function rangeStart(response: Response): number {
  const match = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  return match ? Number(match[1]) : -1;
}
