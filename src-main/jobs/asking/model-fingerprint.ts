/**
 * Tells models apart by content: all JSON files whole, and of each weights file its size and samples spread over it.
 * Training changes every part of a weights file, so samples find it; hashing 15 GB at every start would not be borne. An RPN laid
 * over a model is small, and training may leave parts of it alone: it is hashed whole.
 */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { withPlainFile } from '../../files/plain-file.ts';
import type { ModelRef } from '../../engine/protocol.ts';
import { rpnContent } from './rpn-content.ts';

const SAMPLES = 32;
const SAMPLE_BYTES = 16 << 10;

type Folders = Pick<ModelRef, 'dir' | 'rpnDir' | 'adapterDir'>;

/**
 * Hash over the checkpoint folder, and over those of an RPN and an adapter laid over it; equal wherever the folders
 * lie. Throws `not_found` or `io`.
 */
export function modelFingerprint(folders: Folders): Promise<string> {
  return fingerprintOf(folders, true);
}

/** How a model was known before RPNs were hashed whole; null where that is no different. Errors as {@link modelFingerprint} */
export function formerFingerprint(folders: Folders): Promise<string | null> {
  return folders.rpnDir === undefined ? Promise.resolve(null) : fingerprintOf(folders, false);
}

/**
 * Whether the folders hold the model that something was made with. What was made before RPNs were hashed whole is taken for the
 * RPN that lies in the same folder. Errors as {@link modelFingerprint}
 */
export async function isModelOf(
  folders: Folders,
  made: { readonly fingerprint: string; readonly rpnDir?: string | undefined },
): Promise<boolean> {
  if ((await modelFingerprint(folders)) === made.fingerprint) return true;
  return made.rpnDir === folders.rpnDir && (await formerFingerprint(folders)) === made.fingerprint;
}

async function fingerprintOf({ dir, rpnDir, adapterDir }: Folders, whole: boolean): Promise<string> {
  const parts = [await folderFingerprint(dir)];
  if (rpnDir !== undefined) {
    parts.push(await folderFingerprint(rpnDir));
    if (whole) parts.push('rpn', await rpnContent(rpnDir));
  }
  // Trainers keep earlier states of an adapter in folders inside its own.
  if (adapterDir !== undefined) parts.push('adapter', await folderFingerprint(adapterDir, /^adapter_[^/]*$/));
  const [only = ''] = parts;
  return parts.length === 1 ? only : createHash('sha256').update(parts.join('\0')).digest('hex');
}

/** @param which of its files; default: all */
async function folderFingerprint(dir: string, which = /./): Promise<string> {
  const hash = createHash('sha256');
  try {
    const names = (await readdir(dir, { recursive: true })).filter((name) => which.test(name));
    for (const name of names.map((path) => path.replaceAll('\\', '/')).sort()) {
      if (name.endsWith('.json')) await addFile(hash, dir, name, Infinity);
      if (name.endsWith('.safetensors')) await addFile(hash, dir, name, SAMPLES);
    }
  } catch (thrown) {
    if (thrown instanceof FoveaError) throw thrown;
    const missing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    throw new FoveaError(missing ? 'not_found' : 'io', 'the model folder cannot be read', {
      where: dir,
      next: 'Give the folder of a Hugging Face checkpoint',
      cause: thrown,
    });
  }
  return hash.digest('hex');
}

async function addFile(hash: Hash, dir: string, name: string, samples: number): Promise<void> {
  const wish = { code: 'bad_checkpoint', next: 'Give the folder of a Hugging Face checkpoint' } as const;
  await withPlainFile(join(dir, name), wish, async (file, { size }) => {
    hash.update(`${name}\0${size}\0`);
    const whole = size <= samples * SAMPLE_BYTES;
    const count = whole ? Math.ceil(size / SAMPLE_BYTES) : samples;
    const step = whole ? SAMPLE_BYTES : (size - SAMPLE_BYTES) / (samples - 1);
    for (let n = 0; n < count; n++) hash.update(await chunk(file, Math.floor(n * step)));
  });
}

async function chunk(file: FileHandle, position: number): Promise<Buffer> {
  const buffer = Buffer.alloc(SAMPLE_BYTES);
  const { bytesRead } = await file.read(buffer, 0, SAMPLE_BYTES, position);
  return buffer.subarray(0, bytesRead);
}
