/** What a file is by its bytes. */
import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { NEVER_WAIT } from '../files/plain-file.ts';
import type { ReleaseFile } from './manifest.ts';

/** Size in bytes, SHA-512 in base64. */
export type FileIdentity = Pick<ReleaseFile, 'size' | 'sha512'>;

/** Links are not followed, named pipes not waited for. */
const READ = NEVER_WAIT | (constants.O_NOFOLLOW ?? 0);
const PIECE = 4 << 20;

/** Whether an ordinary file is there and is this one. Throws what the disk says when it cannot be read. */
export async function isWhole(path: string, { size, sha512 }: FileIdentity): Promise<boolean> {
  const handle = await open(path, READ).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ELOOP') return null;
    throw error;
  });
  if (handle === null) return false;
  try {
    const info = await handle.stat();
    if (!info.isFile() || info.size !== size) return false;
    const hash = createHash('sha512');
    await hashInto(hash, handle, size);
    return hash.digest('base64') === sha512;
  } finally {
    await handle.close();
  }
}

/** @throws what the disk says */
export async function identify(path: string): Promise<FileIdentity> {
  const handle = await open(path, READ);
  try {
    const { size } = await handle.stat();
    const hash = createHash('sha512');
    await hashInto(hash, handle, size);
    return { size, sha512: hash.digest('base64') };
  } finally {
    await handle.close();
  }
}

/** Adds the first `size` bytes of a file to a hash. */
async function hashInto(hash: Hash, handle: FileHandle, size: number): Promise<void> {
  const buffer = Buffer.alloc(Math.min(PIECE, Math.max(size, 1)));
  for (let at = 0; at < size;) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, size - at), at);
    if (bytesRead === 0) return;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}
