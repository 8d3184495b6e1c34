/** Whether a cache is what its plan says, to the byte. Hashing gigabytes takes seconds, so what was found is noted. */
import { createHash } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { CachedTensor, CachePlan } from './cache-file.ts';

const PIECE = 4 << 20;
const HEX = 64;

/** Hash of a tensor's bytes in the cache, hexadecimal; of a file that ends before, of what is there. */
export async function hashTensor(file: FileHandle, { offset, bytes }: CachedTensor): Promise<string> {
  const hash = createHash('sha256');
  const end = offset + bytes;
  const buffer = Buffer.alloc(Math.min(PIECE, end - offset));
  for (let at = offset; at < end;) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(PIECE, end - at), at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest('hex');
}

/** The note beside a cache: which state of the file was last found right. */
export const noteOf = (target: string): string => `${target}.verified`;

/**
 * True when `target` is the planned cache. Its hashes are checked unless the file is as it was when they last were.
 */
export async function isIntact(plan: CachePlan, target: string): Promise<boolean> {
  const file = await open(target, 'r').catch(() => null);
  if (!file) return false;
  try {
    const { size, mtimeNs } = await file.stat({ bigint: true });
    if (size !== BigInt(plan.size)) return false;
    const header = Buffer.alloc(plan.header.length);
    await file.read(header, 0, header.length, 0);
    if (!header.equals(plan.header)) return false;
    const state = `${size} ${mtimeNs}`;
    if ((await readFile(noteOf(target), 'utf8').catch(() => '')) === state) return true;
    if (!(await hashesAgree(plan, file))) return false;
    // A note that cannot be written costs the next start some seconds.
    await writeFile(noteOf(target), state).catch(() => undefined);
    return true;
  } finally {
    await file.close();
  }
}

async function hashesAgree(plan: CachePlan, file: FileHandle): Promise<boolean> {
  const stated = Buffer.alloc(plan.size - plan.hashOffset);
  await file.read(stated, 0, stated.length, plan.hashOffset);
  const hashes = stated.toString('hex');
  for (const [i, tensor] of plan.tensors.entries()) {
    if ((await hashTensor(file, tensor)) !== hashes.slice(HEX * i, HEX * (i + 1))) return false;
  }
  return true;
}
