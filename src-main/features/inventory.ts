/** What lies in a folder of features: every file with its size and when it was used last. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readSmallText } from '../files/plain-file.ts';
import { codeOf } from './disk.ts';
import { isKeptFile, modelFolder, modelOfFolder, type KeptOf } from './key.ts';

export interface KeptFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly usedMs: number;
}

/** What is kept of one model's layer, or of its pictures. */
export interface KeptOfModel extends KeptOf {
  /** As the model was called when they were kept; null where nobody wrote it down. */
  readonly name: string | null;
  readonly count: number;
  readonly bytes: number;
}

const ABOUT = 'about.json';
const aboutSchema = z.object({ name: z.string().max(1000) });

/** Where a model's name is written down, inside the folder of all features. */
export function aboutPath(key: KeptOf): string {
  return join(modelFolder(key), ABOUT);
}

/** Bytes of that file. */
export function aboutBytes(name: string): Uint8Array {
  return Buffer.from(`${JSON.stringify({ name: name.slice(0, 1000) })}\n`);
}

/** Every kept file, by model, as they are found; a folder that goes meanwhile is empty. */
export async function* keptFiles(root: string): AsyncGenerator<{ of: KeptOf; files: KeptFile[] }> {
  for (const folder of await names(root)) {
    const of = modelOfFolder(folder);
    if (!of) continue;
    for (const shard of await names(join(root, folder))) {
      const within = join(root, folder, shard);
      if (shard === ABOUT) continue;
      const found = (await names(within)).filter(isKeptFile);
      const files = await Promise.all(found.map((name) => kept(join(within, name))));
      yield { of, files: files.filter((file) => file !== null) };
    }
  }
}

/** What is kept, by model and layer (null: encodings of pictures), the largest first. */
export async function keptByModel(root: string): Promise<KeptOfModel[]> {
  const sums = new Map<string, { of: KeptOf; count: number; bytes: number }>();
  for await (const { of, files } of keptFiles(root)) {
    const name = modelFolder(of);
    const sum = sums.get(name) ?? { of, count: 0, bytes: 0 };
    sum.count += files.length;
    for (const { bytes } of files) sum.bytes += bytes;
    sums.set(name, sum);
  }
  const all = [...sums.values()].filter(({ count }) => count > 0).sort((a, b) => b.bytes - a.bytes);
  return Promise.all(
    all.map(async ({ of, count, bytes }) => ({ ...of, name: await nameOf(root, of), count, bytes })),
  );
}

async function nameOf(root: string, of: KeptOf): Promise<string | null> {
  const text = await readSmallText(join(root, aboutPath(of)), 8192);
  try {
    return aboutSchema.parse(JSON.parse(text ?? '')).name;
  } catch {
    return null;
  }
}

async function kept(path: string): Promise<KeptFile | null> {
  const info = await stat(path).catch(() => null);
  return info?.isFile() ? { path, bytes: info.size, usedMs: info.mtimeMs } : null;
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (codeOf(thrown) === null) throw thrown;
    return [];
  }
}
