/**
 * A checkpoint's packed linear layers (bitsandbytes, AWQ, GPTQ) as graphs take them, from its own files where those serve
 * and else from a cache that is written once. The weights are those that the packages themselves unpack, in float32.
 */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { BlockRef, FileRange, QuantisedRef, WeightSource } from '../../graph/weights.ts';
import { cacheDir } from '../quantised/cache-dir.ts';
import { cacheFile, ensureCache, isPresent, removeCache } from '../quantised/cache.ts';
import { bytesOfPart } from '../quantised/encodings.ts';
import type { CacheState, QuantiseOptions } from '../quantised/index.ts';
import type { WriteTensor } from '../quantised/write.ts';
import { writeAll } from '../quantised/write.ts';
import { tableBlock } from './layout.ts';
import type { PackedPlan, PackedSource, PlannedPacked } from './plan.ts';
import { planPacked } from './plan.ts';
import type { ReadTensor } from './read.ts';
import { readWhole } from './read.ts';
import { repack } from './repack.ts';
import { tableScales } from './scales.ts';

export type { Packing } from './types.ts';

/** A checkpoint some of whose linear layers are packed. */
export interface PackedCheckpoint extends PackedSource {
  readonly weights: WeightSource;
}

export interface PackedOptions extends Omit<QuantiseOptions, 'form'> {
  /**
   * How AWQ's and GPTQ's layers are multiplied: by their own values (default), or with inputs rounded to 8 bits, which
   * takes a quarter of the time for one token and gives other numbers than the original.
   */
  readonly products?: BlockRef['products'];
}

export interface PackedWeights extends WeightSource {
  quantised(name: string): QuantisedRef | undefined;
  /** The cache; null when the checkpoint's own files serve. */
  readonly file: string | null;
  readonly bytes: number;
  /** False when the cache was there already, or none is needed. */
  readonly written: boolean;
}

/**
 * @throws FoveaError `unsupported_model` or `bad_checkpoint` naming the tensor, and what `openQuantised` throws
 */
export async function openPacked(
  source: PackedCheckpoint,
  { folder = cacheDir(), products = 'float32', ...options }: PackedOptions = {},
): Promise<PackedWeights> {
  const { weights } = source;
  const plan = await planPacked(source, folder);
  const target = fileOf(plan, folder);
  const needed = plan.tensors.length > 0;
  const written = needed && (await ensureCache(plan, target, writePacked, options));
  const file = needed ? await realpath(target) : null;
  const refs = new Map<string, QuantisedRef>();
  for (const [name, packed] of plan.inPlace) {
    const { shape, table, block, values, absmax } = packed;
    refs.set(name, { shape, table, block, values, scales: absmax });
  }
  for (const tensor of plan.tensors) refs.set(tensor.name, refOf(tensor, file ?? target, products));
  return {
    get: (name) => weights.get(name),
    quantised: (name) => refs.get(name),
    names: () => weights.names(),
    file,
    bytes: needed ? plan.size : 0,
    written,
  };
}

/** Where the cache lies and whether it is there; null: none is needed. */
export async function packedCacheState(
  source: PackedCheckpoint,
  folder = cacheDir(),
): Promise<CacheState | null> {
  const plan = await planPacked(source, folder);
  if (plan.tensors.length === 0) return null;
  const file = fileOf(plan, folder);
  return { file, bytes: plan.size, present: await isPresent(plan, file) };
}

/** Deletes the cache, finished or not. @returns whether there was one */
export async function removePacked(source: PackedCheckpoint, folder = cacheDir()): Promise<boolean> {
  return removeCache(fileOf(await planPacked(source, folder), folder));
}

function fileOf(plan: PackedPlan, folder: string): string {
  const [first = ''] = [...plan.sources].sort();
  return cacheFile(plan.form, plan.sources, folder, first);
}

const writePacked: WriteTensor<PlannedPacked> = async (tensor, files, out, onPiece) => {
  onPiece(0);
  const read: ReadTensor = async (entry) => readWhole(await files(entry.file), entry);
  const hash = createHash('sha256');
  let at = tensor.offset;
  for (const bytes of await partsOf(tensor, read)) {
    hash.update(bytes);
    await writeAll(out, bytes, at);
    at += bytes.length;
  }
  onPiece(tensor.sourceBytes);
  return hash.digest('hex');
};

/** The bytes of a layer's parts, in the order of the plan. */
async function partsOf({ parts, packed, layout }: PlannedPacked, read: ReadTensor): Promise<Uint8Array[]> {
  const made = new Map<string, ArrayBufferView>();
  if (packed.kind === 'table') {
    made.set('.scales', await tableScales(packed, read));
    if (parts.some(({ suffix }) => suffix === '.values')) made.set('.values', await read(packed.values));
  } else if (layout) {
    for (const [part, numbers] of Object.entries(await repack(packed, layout, read))) {
      if (numbers !== null) made.set(`.${part}`, numbers as ArrayBufferView);
    }
  }
  return parts.map(({ suffix }) => {
    const { buffer, byteOffset, byteLength } = made.get(suffix) ?? new Uint8Array(0);
    return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  });
}

function refOf(
  { name, offset, parts, packed, layout }: PlannedPacked,
  file: string,
  products: BlockRef['products'],
): QuantisedRef {
  const ranges = new Map<string, FileRange>();
  let at = offset;
  for (const part of parts) {
    const length = bytesOfPart(part);
    ranges.set(part.suffix, { file, offset: at, length });
    at += length;
  }
  const part = (suffix: string): FileRange => {
    const range = ranges.get(suffix);
    if (range) return range;
    throw new FoveaError('internal', `${name} has no part ${suffix}`);
  };
  if (packed.kind === 'table') {
    const { shape, table, block, values } = packed;
    const stored = ranges.get('.values') ?? values;
    return { shape, table, block: tableBlock(packed) ?? block, values: stored, scales: part('.scales') };
  }
  const order = ranges.get('.order');
  return {
    shape: packed.shape,
    bits: 4,
    block: layout?.block ?? 0,
    values: part('.values'),
    scales: part('.scales'),
    zeros: part('.zeros'),
    ...(order ? { order } : {}),
    products,
  };
}
