/**
 * All tensors of a checkpoint folder, whether in one `model.safetensors` or in shards named by
 * `model.safetensors.index.json`. Where both are there the one file counts, as in every transformers from 4.37 to 5.24:
 * saving whole over a sharded folder leaves the index behind, and saving in shards over a whole one leaves the file.
 * Symlinks are followed to the real files, because a Hugging Face cache keeps those
 * under `blobs/` and ONNX Runtime refuses links that leave the folder it was given.
 */
import { counted } from '../../../src-shared/contract/counts.ts';
import { access, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { foreignWeights } from './foreign.ts';
import { readJsonIfThere } from './json-file.ts';
import { readSafetensorsHeader } from './safetensors.ts';
import type { TensorEntry } from './safetensors.ts';

export type TensorMap = ReadonlyMap<string, TensorEntry>;

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * @returns every tensor of the folder by its stored name.
 * @throws FoveaError `bad_checkpoint` when there are no safetensors files, a shard is missing or lies, or the index
 *   and the shards disagree.
 */
export async function readTensors(dir: string): Promise<TensorMap> {
  const single = join(dir, 'model.safetensors');
  if (await exists(single)) return readSafetensorsHeader(single);
  const index = await readJsonIfThere(join(dir, 'model.safetensors.index.json'), indexSchema);
  if (index) return readShards(dir, index.weight_map);
  throw (await foreignWeights(dir)) ?? noWeights(dir);
}

/** Whether the folder holds weights in a form {@link readTensors} reads. */
export async function hasTensors(dir: string): Promise<boolean> {
  return (
    (await exists(join(dir, 'model.safetensors'))) ||
    (await exists(join(dir, 'model.safetensors.index.json')))
  );
}

/**
 * The complete set of shards that lies unread beside a `model.safetensors`; null where there is none.
 * `newer`: its index was written after the one file.
 */
export async function shadowedShards(
  dir: string,
): Promise<{ readonly count: number; readonly newer: boolean } | null> {
  const [single, index] = [join(dir, 'model.safetensors'), join(dir, 'model.safetensors.index.json')];
  const [one, list] = await Promise.all([single, index].map((path) => stat(path).catch(() => null)));
  if (!one || !list) return null;
  // An index that cannot be read misleads nobody: no reader comes to it.
  const map = await readJsonIfThere(index, indexSchema).catch(() => null);
  const shards = new Set(Object.values(map?.weight_map ?? {}));
  const held = new Set(await readdir(dir));
  const complete = shards.size > 0 && [...shards].every((shard) => held.has(shard));
  return complete && !shards.has('model.safetensors')
    ? { count: shards.size, newer: list.mtimeMs > one.mtimeMs }
    : null;
}

async function readShards(dir: string, weightMap: Record<string, string>): Promise<TensorMap> {
  const all = new Map<string, TensorEntry>();
  const shards = new Set(Object.values(weightMap));
  if (shards.size > MAX_SHARDS) throw tooMany(`names ${counted(shards.size, 'shard')}`, MAX_SHARDS, dir);
  const held = new Set(await readdir(dir).catch(() => [] as string[]));
  for (const shard of shards) {
    if (shard !== basename(shard) || !shard.endsWith('.safetensors')) {
      throw new FoveaError('bad_checkpoint', `the index names a shard outside the folder: ${shard}`, {
        where: join(dir, 'model.safetensors.index.json'),
        next: 'Download the checkpoint folder again',
      });
    }
    if (!held.has(shard)) throw missingShard(dir, weightMap, held);
    for (const [name, entry] of await readSafetensorsHeader(join(dir, shard))) {
      const other = all.get(name);
      if (other) throw twice(name, other, entry);
      all.set(name, entry);
    }
    if (all.size > MAX_TENSORS) throw tooMany(`leads to ${counted(all.size, 'tensor')}`, MAX_TENSORS, dir);
  }
  for (const [name, shard] of Object.entries(weightMap)) {
    if (!all.has(name)) {
      throw new FoveaError(
        'missing_tensor',
        `the index puts tensor ${name} in ${shard}, which does not hold it`,
        {
          where: join(dir, shard),
          next: 'Download this file again',
        },
      );
    }
  }
  return all;
}

/** The largest published models have some hundred, with some ten thousand tensors in all. */
const MAX_SHARDS = 5000;
const MAX_TENSORS = 500_000;

function tooMany(what: string, limit: number, dir: string): FoveaError {
  return new FoveaError('bad_checkpoint', `model.safetensors.index.json ${what}, above ${limit}`, {
    where: dir,
    next: 'Download the checkpoint folder again, or point Fovea at a complete one',
  });
}

function missingShard(dir: string, weightMap: Record<string, string>, held: ReadonlySet<string>): FoveaError {
  const shards = [...new Set(Object.values(weightMap))].sort();
  const missing = shards.filter((shard) => !held.has(shard));
  const more = missing.length > 1 ? ` (and ${missing.length - 1} more)` : '';
  return new FoveaError(
    'bad_checkpoint',
    `the index names ${counted(shards.length, 'shard')}; ${missing[0]}${more} is not in the folder`,
    { where: dir, next: 'Download the missing files into the folder' },
  );
}

/** Which of the two a reader takes depends on the order in which it reads the files. */
function twice(name: string, a: TensorEntry, b: TensorEntry): FoveaError {
  return new FoveaError(
    'bad_checkpoint',
    `tensor ${name} is in two shards, ${basename(a.file)} and ${basename(b.file)}`,
    { where: b.file, next: 'Save the model again into an empty folder' },
  );
}

function noWeights(dir: string): FoveaError {
  return new FoveaError(
    'bad_checkpoint',
    'the folder holds no model.safetensors and no model.safetensors.index.json',
    {
      where: dir,
      next: 'Point Fovea at a Hugging Face checkpoint folder (config.json, *.safetensors, tokenizer.json)',
    },
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
