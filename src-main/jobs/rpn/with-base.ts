/**
 * The base model's part of an exported folder. The authors' loader reads one whole model: what a folder lacks it fills with
 * random numbers, silently, and their merging script fills only the layers from K on.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readJson } from '../../checkpoint/files/json-file.ts';
import { readTensors } from '../../checkpoint/files/tensor-index.ts';
import type { TensorToWrite } from '../../checkpoint/files/safetensors-writer.ts';
import { isInside } from '../../files/inside.ts';
import { plainChunks } from '../../files/plain-file.ts';
import type { BaseModel } from './base.ts';
import { storedTensor } from '../../checkpoint/files/stored-tensor.ts';

/** Tokenizer, template, processor and generation settings, by their names; weights and config.json are written anew. */
const BESIDE = /^(?!config\.json$|model\.safetensors\.index\.json$).*\.(json|model|txt|jinja)$/;
const MOST_BYTES = 256 << 20;
const towerSchema = z.object({ mm_vision_tower: z.string().optional() });
const FLOATS: ReadonlySet<string> = new Set(['F32', 'BF16', 'F16']);

/**
 * Every tensor of the base, by the names that the authors' code reads, without an RPN of its own.
 * @throws FoveaError `unsupported_model` for a base that their code does not read as it is: with an adapter, quantised, or laid out by
 *   later versions of transformers
 */
export async function baseTensors({ dir, adapterDir }: BaseModel): Promise<TensorToWrite[]> {
  if (adapterDir !== undefined) {
    throw notTheirs(
      'an adapter lies over the base model',
      dir,
      'Merge the adapter into the model first, and label with that',
    );
  }
  const tensors = [...(await readTensors(dir)).values()].filter(({ name }) => !/(^|\.)twig_/.test(name));
  const packed = tensors.find(({ dtype }) => !FLOATS.has(dtype));
  if (packed) {
    throw notTheirs(
      `the base model is quantised (${packed.name} is ${packed.dtype})`,
      dir,
      'Give the base model as it was before',
    );
  }
  if (!tensors.some(({ name }) => name.startsWith('model.layers.0.'))) {
    throw notTheirs(
      `the base model's tensors have other names (${tensors[0]?.name ?? 'none'})`,
      dir,
      'Label with the original checkpoint (liuhaotian/llava-…, Qwen/…), or export the RPN alone',
    );
  }
  return tensors.map((entry) => storedTensor(entry, entry.name));
}

export interface FileBeside {
  /** Relative to the folder. */
  readonly name: string;
  chunks(): AsyncIterable<Uint8Array>;
}

/** What lies beside the weights, as streams: small files, and the vision tower where config.json says that it lies in the folder. */
export async function filesBeside(dir: string): Promise<FileBeside[]> {
  const names = (await readdir(dir)).filter((each) => BESIDE.test(each));
  const { mm_vision_tower: tower } = await readJson(join(dir, 'config.json'), towerSchema);
  const inside = tower !== undefined && tower !== '' && !isAbsolute(tower) && isInside(dir, join(dir, tower));
  const towers = inside ? await readdir(join(dir, tower), { recursive: true }).catch(() => []) : [];
  const found: FileBeside[] = [];
  for (const name of [...names, ...towers.map((each) => join(tower ?? '', each))].sort()) {
    const path = join(dir, name);
    if (!(await stat(path)).isFile()) continue;
    const wish = {
      code: 'bad_checkpoint',
      next: `Take ${basename(path)} out of the folder`,
      ...(names.includes(name) ? { maxBytes: MOST_BYTES } : {}),
    } as const;
    found.push({ name, chunks: () => plainChunks(path, wish) });
  }
  return found;
}

function notTheirs(what: string, where: string, next: string): FoveaError {
  return new FoveaError('unsupported_model', `${what}: the authors' code would not read it whole`, {
    where,
    next,
  });
}
