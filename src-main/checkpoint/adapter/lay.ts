/**
 * An adapter laid over a base: every module of the adapter finds its tensor, and the weights from then on say what is
 * added to them. Nothing is computed here; the sum is written once to a cache (checkpoint/quantised).
 *
 * What runs is the adapted model as PEFT runs it unmerged: `W + scale · B·A`, scale = alpha / rank, or alpha / √rank
 * with `use_rslora`. An output head that the base ties to its table is untied where the adapter has one of the two,
 * because what PEFT adds to one does not reach the other.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { LowRank, WeightRef } from '../../graph/weights.ts';
import type { TensorEntry } from '../files/safetensors.ts';
import type { FloatEntry, WeightIndex } from '../weight-index.ts';
import { cannotMerge } from './config.ts';
import type { AdaptedModule, AdapterFolder } from './folder.ts';
import type { PartNames } from './names.ts';
import { moduleOf } from './names.ts';
import { byPattern } from './pattern.ts';

/** What is said of an adapter in use. */
export interface AdapterFacts {
  readonly dir: string;
  /** Every rank there is, smallest first. */
  readonly ranks: readonly number[];
  /** Last parts of the paths of modules with a matrix of low rank, and how many modules those are. */
  readonly targets: readonly string[];
  readonly modules: number;
  /** Tensors that take the place of the base's. */
  readonly replaced: number;
  /** Tokenizer, template and picture settings beside it that differ from the base's, which are used. */
  readonly ownFiles: readonly string[];
}

/** What an adapter's own files say of it. */
export function aboutAdapter({ dir, config, modules, ownFiles }: AdapterFolder): AdapterFacts {
  const adapted = modules.filter(({ low }) => low !== null);
  return {
    dir,
    ranks: [...new Set(adapted.map(({ low }) => low?.a.shape[0] ?? config.rank))].sort((a, b) => a - b),
    targets: [...new Set(adapted.map(({ path }) => path.split('.').at(-1) ?? path))].sort(),
    modules: adapted.length,
    replaced: modules.reduce((sum, { whole }) => sum + whole.size, 0),
    ownFiles,
  };
}

/** The base that an adapter is laid over. */
export interface AdaptedBase {
  readonly weights: WeightIndex;
  readonly names: PartNames;
  /** The output head is the embedding table. */
  readonly tied: boolean;
}

/**
 * Changes `weights`.
 * @returns whether the head is still tied, and what there is to say
 * @throws FoveaError `bad_checkpoint` for an adapter of another base, `unsupported_model` for what cannot be merged
 */
export function layAdapter(
  folder: AdapterFolder,
  { weights, names, tied }: AdaptedBase,
): { readonly tied: boolean; readonly facts: AdapterFacts } {
  const { dir, config, modules } = folder;
  const tables = [names.embed, names.head];
  const placed = new Map<string, AdaptedModule>();
  for (const module of modules) {
    const target = moduleOf(module.path, names);
    if (target === null) throw otherBase(`${module.path} is no part of this base`, dir);
    const before = placed.get(target);
    if (before) throw cannotMerge(`${before.path} and ${module.path} are the same layer`, dir);
    placed.set(target, module);
  }
  for (const name of config.whole) {
    const inFile = modules.some(({ path, whole }) => whole.size > 0 && `.${path}.`.includes(`.${name}.`));
    const inBase = [...weights.names()].some((tensor) => `.${tensor}`.includes(`.${name}.`));
    if (inBase && !inFile)
      throw cannotMerge(`modules_to_save names ${name}, and the file has nothing for it`, dir);
  }
  const untied = tied && tables.some((name) => placed.has(moduleName(name)));
  if (untied) {
    if (config.keepsTied)
      throw cannotMerge('ensure_weight_tying: table and output head change together', dir);
    const table = weights.entry(names.embed);
    if (table) weights.set(names.head, table);
  }
  for (const [target, { path, whole, shared }] of placed) {
    for (const [which, tensor] of whole) {
      const name = `${target}.${which}`;
      const both = untied && shared && tables.includes(name) ? tables : [name];
      for (const one of both) replace(weights, one, tensor, path, dir);
    }
  }
  for (const [target, module] of placed) {
    if (!module.low) continue;
    const { scale, rank } = scaleOf(module, config, dir);
    const name = `${target}.weight`;
    const base = baseTensor(weights, name, module.path, dir);
    weights.addTo(name, lowRank(module, base, scale, rank, dir));
  }
  return {
    tied: tied && !untied,
    facts: aboutAdapter(folder),
  };
}

const moduleName = (tensor: string): string => tensor.replace(/\.weight$/, '');

function replace(weights: WeightIndex, name: string, tensor: TensorEntry, path: string, dir: string): void {
  const base = baseTensor(weights, name, path, dir);
  if (!same(base.shape, tensor.shape)) {
    throw otherBase(
      `${tensor.name} is [${tensor.shape.join(', ')}], the base's [${base.shape.join(', ')}]`,
      dir,
    );
  }
  floatOf(tensor, dir);
  weights.set(name, tensor);
}

function scaleOf(
  { path, low }: AdaptedModule,
  config: AdapterFolder['config'],
  dir: string,
): { readonly scale: number; readonly rank: number } {
  const rank = byPattern(config.ranks, path, config.rank);
  const own = low?.a.shape[0];
  if (own !== rank) {
    throw cannotMerge(`${path} has rank ${own} where adapter_config.json says ${rank}`, dir);
  }
  const alpha = byPattern(config.alphas, path, config.alpha);
  return { rank, scale: alpha / (config.rslora ? Math.sqrt(rank) : rank) };
}

function lowRank(
  { path, low }: AdaptedModule,
  base: FloatEntry,
  scale: number,
  rank: number,
  dir: string,
): LowRank {
  if (!low) throw new FoveaError('internal', `${path} has no matrix of low rank`);
  const { a, b, table } = low;
  // A table's rows are looked up: A is [r, rows] and B [columns, r]. A convolution's B is one pixel large.
  const added = table ? [a.shape[1], b.shape[0]] : [b.shape[0], ...a.shape.slice(1)];
  const square = b.shape[1] === rank && b.shape.slice(2).every((n) => n === 1);
  if (!square || !same(added as number[], base.shape)) {
    throw otherBase(
      `${a.name} [${a.shape.join(', ')}] and B [${b.shape.join(', ')}] do not fit the base's [${base.shape.join(', ')}]`,
      dir,
    );
  }
  const [left, right] = table ? [a, b] : [b, a];
  return { left: floatOf(left, dir), right: floatOf(right, dir), rank, scale, transposed: table };
}

function baseTensor(weights: WeightIndex, name: string, path: string, dir: string): FloatEntry {
  const float = weights.get(name);
  if (float) return float;
  const stored = weights.entry(name);
  if (!stored) throw otherBase(`the base has no ${name} for the adapter's ${path}`, dir);
  throw cannotMerge(`the base's ${name} is stored as ${stored.dtype}`, dir);
}

function floatOf(tensor: TensorEntry, dir: string): WeightRef {
  const { dtype } = tensor;
  if (dtype === 'F32' || dtype === 'F16' || dtype === 'BF16') return { ...tensor, dtype };
  throw cannotMerge(`${tensor.name} is stored as ${dtype}`, dir);
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, axis) => n === b[axis]);
}

function otherBase(what: string, dir: string): FoveaError {
  return new FoveaError('bad_checkpoint', `the adapter does not fit the base model: ${what}`, {
    where: dir,
    next: 'Give the base that it was trained on: --model BASE --adapter ADAPTER',
  });
}
