/** All of an RPN's weights in one hash: two that differ in one matrix alone are two. */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensorsHeader, type TensorEntry } from '../../checkpoint/files/safetensors.ts';
import { isRpnTensor } from '../../checkpoint/rpn-folder.ts';
import { storedTensor } from '../../checkpoint/files/stored-tensor.ts';

/** Folders whose hash is remembered: those of a project's versions. */
const MOST_REMEMBERED = 256;

const remembered = new Map<string, Promise<string>>();

/**
 * SHA-256 over names, shapes and bytes of a folder's RPN tensors, remembered for as long as its files have the same size and time.
 * What is no weights file is for the engine to refuse. @throws what the disk says of the folder, `bad_checkpoint` where a file ends early
 */
export async function rpnContent(dir: string): Promise<string> {
  const files = (await readdir(dir)).filter((name) => name.endsWith('.safetensors')).sort();
  const states = await Promise.all(
    files.map(async (name) => {
      const { size, mtimeMs, ctimeMs, ino } = await stat(join(dir, name));
      return [name, size, mtimeMs, ctimeMs, ino];
    }),
  );
  const key = JSON.stringify([dir, states]);
  const known = remembered.get(key);
  if (known) return known;
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  const hashing = hashOf(dir, files);
  remembered.set(key, hashing);
  hashing.catch(() => remembered.delete(key));
  return hashing;
}

async function hashOf(dir: string, files: readonly string[]): Promise<string> {
  const tensors: TensorEntry[] = [];
  for (const name of files) {
    const header = await readSafetensorsHeader(join(dir, name)).catch(() => new Map<string, TensorEntry>());
    tensors.push(...[...header.values()].filter((entry) => isRpnTensor(entry.name)));
  }
  tensors.sort((a, b) => (a.name < b.name ? -1 : 1));
  const hash = createHash('sha256');
  for (const tensor of tensors) {
    hash.update(JSON.stringify([tensor.name, tensor.dtype, tensor.shape]));
    for await (const piece of storedTensor(tensor, tensor.name).bytes()) hash.update(piece);
  }
  return hash.digest('hex');
}
