/**
 * A folder with an adapter: `adapter_config.json` and `adapter_model.safetensors`, read and taken apart by module. Keys
 * are `base_model.model.` and the path of the module in the model that was trained; what follows the path says what
 * the tensor is.
 */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readSafetensorsHeader } from '../files/safetensors.ts';
import type { TensorEntry } from '../files/safetensors.ts';
import type { AdapterConfig } from './config.ts';
import { ownFiles } from './own-files.ts';
import { matching } from './pattern.ts';
import { leftOut } from './targets.ts';
import { ADAPTER_CONFIG, cannotMerge, readAdapterConfig } from './config.ts';
import { within } from '../files/within.ts';

/** What the file has for one module. */
export interface AdaptedModule {
  /** As the file has it, without `base_model.model.`. */
  readonly path: string;
  /** The two halves of a matrix of low rank; `table`: of an embedding, both transposed. */
  readonly low: { readonly a: TensorEntry; readonly b: TensorEntry; readonly table: boolean } | null;
  /** Tensors that take the place of the base's, by `weight` or `bias`. */
  readonly whole: ReadonlyMap<'weight' | 'bias', TensorEntry>;
  /** They are the base's own parameters, which a tied layer shares; a module that was copied has its own. */
  readonly shared: boolean;
}

export interface AdapterFolder {
  readonly dir: string;
  readonly config: AdapterConfig;
  readonly modules: readonly AdaptedModule[];
  /** Tokenizer, template and picture settings beside it that differ from the base's, which are used. */
  readonly ownFiles: readonly string[];
}

const WEIGHTS = 'adapter_model.safetensors';
const PREFIX = 'base_model.model.';

/** Files that hold parts of an adapter as pickles, or in a way that is not read. */
const UNREAD = /^(adapter_model.*\.bin|non_lora_trainables\.bin|adapter_model.*\.index\.json)$/;

/**
 * @param baseDir the base's folder; null: not known
 * @throws FoveaError `not_found`, `bad_checkpoint`, or `unsupported_model` for an adapter that is no plain sum.
 */
export async function readAdapterFolder(path: string, baseDir: string | null): Promise<AdapterFolder> {
  const dir = resolve(path);
  const config = await readAdapterConfig(dir);
  if (!config) {
    throw new FoveaError('not_found', `there is no adapter here: no ${ADAPTER_CONFIG}`, {
      where: dir,
      next: `Give the folder that PEFT wrote (${ADAPTER_CONFIG}, ${WEIGHTS})`,
    });
  }
  const files = await readdir(dir);
  const unread = files.find((name) => UNREAD.test(name));
  if (unread !== undefined && (unread.startsWith('non_lora') || !files.includes(WEIGHTS))) {
    throw new FoveaError(
      'bad_checkpoint',
      unread.endsWith('.json')
        ? `the adapter lies in several files (${unread}), which Fovea does not read`
        : `a part of the adapter is a PyTorch pickle (${unread}), which Fovea never opens because a pickle can run code`,
      {
        where: dir,
        next: unread.startsWith('non_lora')
          ? 'Merge it once with the code that trained it and give the folder that comes out'
          : `Load it once with PEFT and save it with safe_serialization=True, as one ${WEIGHTS}`,
      },
    );
  }
  const tensors = await readSafetensorsHeader(join(dir, WEIGHTS));
  return {
    dir,
    config,
    modules: within(matching(dir), () => modulesIn(tensors.values(), config, dir)),
    ownFiles: baseDir === null ? [] : await ownFiles(dir, resolve(baseDir)),
  };
}

const KINDS = [
  ['.lora_A.weight', 'a'],
  ['.lora_B.weight', 'b'],
  ['.lora_embedding_A', 'table_a'],
  ['.lora_embedding_B', 'table_b'],
  ['.base_layer.weight', 'base_weight'],
  ['.base_layer.bias', 'base_bias'],
] as const;

function modulesIn(tensors: Iterable<TensorEntry>, config: AdapterConfig, dir: string): AdaptedModule[] {
  const found = new Map<string, Map<string, TensorEntry>>();
  for (const tensor of tensors) {
    const [path, kind] = partsOf(tensor.name);
    if (path === null) throw cannotMerge(`${tensor.name} is no part of a plain LoRA`, dir);
    const module = found.get(path) ?? new Map<string, TensorEntry>();
    found.set(path, module.set(kind, tensor));
  }
  if (found.size === 0) throw cannotMerge('it holds no tensors', dir);
  return [...found].map(([path, parts]) => moduleOfParts(path, parts, config, dir));
}

/** A tensor's path and kind; no path for names that a plain LoRA does not have. */
function partsOf(name: string): readonly [path: string | null, kind: string] {
  const own = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
  for (const [suffix, kind] of KINDS) if (own.endsWith(suffix)) return [own.slice(0, -suffix.length), kind];
  const whole = /^(.+)\.(weight|bias)$/.exec(own);
  // What PEFT adds to a module's path, other than the above.
  if (!whole || /\.(lora_|base_layer|modules_to_save|original_module|token_adapter)/.test(own))
    return [null, ''];
  return [whole[1] as string, whole[2] as string];
}

function moduleOfParts(
  path: string,
  parts: ReadonlyMap<string, TensorEntry>,
  config: AdapterConfig,
  dir: string,
): AdaptedModule {
  const [a, b, tableA, tableB] = ['a', 'b', 'table_a', 'table_b'].map((kind) => parts.get(kind));
  if ((a === undefined) !== (b === undefined) || (tableA === undefined) !== (tableB === undefined)) {
    const half = (a ?? b ?? tableA ?? tableB)?.name;
    throw new FoveaError('bad_checkpoint', `the adapter has ${half} without its other half`, {
      where: dir,
      next: 'Save the adapter again; a sharded training run must gather its weights first',
    });
  }
  const whole = new Map<'weight' | 'bias', TensorEntry>();
  for (const which of ['weight', 'bias'] as const) {
    const own = parts.get(which);
    const base = parts.get(`base_${which}`);
    if (own && base) throw cannotMerge(`${own.name} is there twice`, dir);
    const tensor = own ?? base;
    if (tensor) whole.set(which, tensor);
  }
  const low =
    a && b ? { a, b, table: false } : tableA && tableB ? { a: tableA, b: tableB, table: true } : null;
  const dropped = low && leftOut(config.targets, path);
  if (dropped) throw cannotMerge(`it holds matrices for ${path}, and ${dropped}`, dir);
  const copied = config.whole.some((name) => path === name || path.endsWith(`.${name}`));
  return { path, low, whole, shared: !copied };
}
