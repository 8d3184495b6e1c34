/**
 * Writes a cache tensor by tensor, in pieces of a few megabytes, under another name until it is whole. What
 * a killed process had finished is found again: beside the unfinished file lies a log with the hash of each finished
 * tensor, and whatever still has its hash is kept.
 */
import { createHash } from 'node:crypto';
import { appendFile, constants, open, readFile, rename, rm, statfs } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { DTYPE_BYTES } from '../files/safetensors.ts';
import { bytesOf, encode } from './encodings.ts';
import { readFloats } from './floats.ts';
import { adder } from './low-rank.ts';
import type { CachedTensor, CachePlan } from './cache-file.ts';
import type { PlannedTensor } from './plan.ts';
import { hashTensor } from './verify.ts';

/** Values read and encoded at once: 16 MB of float32. */
const PIECE = 4 << 20;

export interface WriteProgress {
  /** Bytes of the checkpoint that are done, and all of them. */
  readonly done: number;
  readonly total: number;
  /** Tensors that an earlier, interrupted run had finished. */
  readonly kept: number;
}

export interface WriteOptions {
  readonly onProgress?: (progress: WriteProgress) => void;
  /** Stops between two pieces; what is finished stays for the next run. */
  readonly signal?: AbortSignal;
}

/** Names of the unfinished file and of its log. */
export const unfinished = (target: string) => ({ part: `${target}.part`, log: `${target}.part.log` });

/** Writes one tensor's parts at its place, calling `onPiece` with the bytes of the checkpoint that are read. */
export type WriteTensor<T extends CachedTensor> = (
  tensor: T,
  files: (path: string) => Promise<FileHandle>,
  out: FileHandle,
  onPiece: (sourceBytesDone: number) => void,
) => Promise<string>;

/**
 * Writes the planned cache to `target`.
 * @param writeTensor gives the hash of what it has written, hexadecimal
 * @throws FoveaError `no_space`, `bad_checkpoint` (a weight that is not a number, a shortened file),
 *   `unsupported_model` (a weight that the form cannot hold) or `cancelled`.
 */
export async function writeCache<T extends CachedTensor>(
  plan: CachePlan<T>,
  target: string,
  writeTensor: WriteTensor<T>,
  { onProgress, signal }: WriteOptions = {},
): Promise<void> {
  const { part, log } = unfinished(target);
  const out = await open(part, constants.O_RDWR | constants.O_CREAT);
  const sources = new Map<string, Promise<FileHandle>>();
  try {
    const hashes = await finishedHashes(plan, out, log);
    if (hashes.length === 0) await startOver(plan, out, log);
    await checkSpace(target, plan, hashes.length);
    const kept = hashes.length;
    let done = plan.tensors.slice(0, kept).reduce((sum, { sourceBytes }) => sum + sourceBytes, 0);
    const report = (bytes: number) => onProgress?.({ done: done + bytes, total: plan.sourceBytes, kept });
    report(0);
    const files = (path: string): Promise<FileHandle> => {
      const source = sources.get(path) ?? open(path, 'r');
      sources.set(path, source);
      return source;
    };
    for (const tensor of plan.tensors.slice(kept)) {
      const hash = await writeTensor(tensor, files, out, (bytes) => {
        if (signal?.aborted) throw stopped(target);
        report(bytes);
      });
      done += tensor.sourceBytes;
      await appendFile(log, `${hash}\n`);
      hashes.push(hash);
    }
    await writeAll(out, Buffer.from(hashes.join(''), 'hex'), plan.hashOffset);
    await out.truncate(plan.size);
    await out.sync();
    await out.close();
    await rename(part, target);
    await syncFolder(dirname(target));
    await rm(log, { force: true });
  } finally {
    await out.close().catch(() => undefined);
    for (const source of sources.values()) await source.then((file) => file.close()).catch(() => undefined);
  }
}

/** Hashes of the tensors at the front that an earlier run of the same plan has finished and that are still right. */
async function finishedHashes(plan: CachePlan, out: FileHandle, log: string): Promise<string[]> {
  const header = Buffer.alloc(plan.header.length);
  const { bytesRead } = await out.read(header, 0, header.length, 0);
  if (bytesRead < header.length || !header.equals(plan.header)) return [];
  const stated = (await readFile(log, 'utf8').catch(() => '')).split('\n');
  const right: string[] = [];
  for (const tensor of plan.tensors) {
    const hash = stated[right.length];
    if (!hash || (await hashTensor(out, tensor)) !== hash) break;
    right.push(hash);
  }
  // Lines of tensors that are not right any more must not stay behind the ones that are.
  await rm(log, { force: true });
  await appendFile(log, right.map((hash) => `${hash}\n`).join(''));
  return right;
}

async function startOver(plan: CachePlan, out: FileHandle, log: string): Promise<void> {
  await rm(log, { force: true });
  await out.truncate(0);
  await writeAll(out, plan.header, 0);
}

/** A tensor of the checkpoint in pieces of whole rows, encoded. */
export const writeEncoded: WriteTensor<PlannedTensor> = async (tensor, files, out, onPiece) => {
  const { entry, encoding, offset, valueBytes } = tensor;
  const source = await files(entry.file);
  const hash = createHash('sha256');
  const scales: Uint8Array[] = [];
  const add = entry.plus ? await adder(entry.plus, entry.shape) : null;
  const k = add || typeof encoding !== 'string' ? rowLength(entry.shape) : 1;
  const count = k * Math.max(1, Math.floor(PIECE / k));
  let at = offset;
  let read = 0;
  let row = 0;
  for await (const floats of readFloats(source, entry, count)) {
    if (add?.(floats, row) === false) throw notFinite(entry);
    row += floats.length / k;
    const [bytes, scale] = encode(floats, k, encoding, entry) as [Uint8Array, Uint8Array?];
    hash.update(bytes);
    await writeAll(out, bytes, at);
    at += bytes.length;
    if (scale) scales.push(scale);
    read += floats.length * DTYPE_BYTES[entry.dtype];
    onPiece(read);
  }
  at = offset + valueBytes;
  const smoothing = typeof encoding === 'object' ? encoding.smoothing : null;
  for (const bytes of [...scales, ...(smoothing ? [bytesOf(smoothing.factors)] : [])]) {
    hash.update(bytes);
    await writeAll(out, bytes, at);
    at += bytes.length;
  }
  return hash.digest('hex');
};

/** Numbers in a row, the first axis counting rows. */
const rowLength = ([, ...rest]: readonly number[]): number => rest.reduce((a, b) => a * b, 1);

function notFinite({ name, file, plus }: PlannedTensor['entry']): FoveaError {
  return new FoveaError(
    'bad_checkpoint',
    `with its adapter tensor ${name} holds values that are not finite`,
    {
      where: plus?.left.file ?? file,
      next: 'Save the adapter of an earlier step: its training went astray, or its file is damaged',
    },
  );
}

/** Writes bytes at a place of the file. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

async function checkSpace(target: string, plan: CachePlan, kept: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(target));
  const needed = plan.size - (plan.tensors[kept]?.offset ?? plan.hashOffset);
  if (bavail * bsize >= needed) return;
  throw new FoveaError('no_space', `the ${plan.form} weights need ${Math.ceil(needed / 1e6)} MB`, {
    where: dirname(target),
    next: 'Free some space, or set FOVEA_HOME to a folder on another disk',
  });
}

function stopped(target: string): FoveaError {
  return new FoveaError('cancelled', 'Stopped while writing the cache', {
    where: target,
    next: 'The same command goes on where it stopped',
  });
}

/** Makes the rename itself durable; not every system lets a folder be opened for that. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
