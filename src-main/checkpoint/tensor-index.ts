/**
 * All tensors of a checkpoint folder, whether in one `model.safetensors` or in shards named by
 * `model.safetensors.index.json`. Symlinks are followed to the real files, because a Hugging Face cache keeps those
 * under `blobs/` and ONNX Runtime refuses links that leave the folder it was given.
 */
import { access, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
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
  const index = await readJsonIfThere(join(dir, 'model.safetensors.index.json'), indexSchema);
  if (index) return readShards(dir, index.weight_map);
  const single = join(dir, 'model.safetensors');
  if (await exists(single)) return readSafetensorsHeader(single);
  throw await noWeights(dir);
}

/** Whether the folder holds weights in a form {@link readTensors} reads. */
export async function hasTensors(dir: string): Promise<boolean> {
  return (
    (await exists(join(dir, 'model.safetensors'))) ||
    (await exists(join(dir, 'model.safetensors.index.json')))
  );
}

async function readShards(dir: string, weightMap: Record<string, string>): Promise<TensorMap> {
  const all = new Map<string, TensorEntry>();
  for (const shard of new Set(Object.values(weightMap))) {
    if (shard !== basename(shard) || !shard.endsWith('.safetensors')) {
      throw new FoveaError('bad_checkpoint', `the index names a shard outside the folder: ${shard}`, {
        where: join(dir, 'model.safetensors.index.json'),
        next: 'Download the checkpoint folder again',
      });
    }
    const tensors = await readSafetensorsHeader(join(dir, shard));
    for (const [name, entry] of tensors) if (weightMap[name] === shard) all.set(name, entry);
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

async function noWeights(dir: string): Promise<FoveaError> {
  const names = await readdir(dir).catch(() => [] as string[]);
  const pickled = names.find((name) => /^pytorch_model.*\.bin$/.test(name));
  return new FoveaError(
    'bad_checkpoint',
    pickled
      ? `the weights are a PyTorch pickle (${pickled}), which Fovea never opens because a pickle can run code`
      : 'the folder holds no model.safetensors and no model.safetensors.index.json',
    {
      where: dir,
      next: pickled
        ? "Convert it once with save_pretrained(..., safe_serialization=True), or download the model's safetensors revision"
        : 'Point Fovea at a Hugging Face checkpoint folder (config.json, *.safetensors, tokenizer.json)',
    },
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
