/**
 * What the cache of a packed checkpoint holds (form `packed`): layers whose layout ONNX Runtime does not take, laid out
 * anew, number for number. Where the stored bytes can be mapped as they are (bitsandbytes' indices, and its scales unless
 * they are packed too), they stay in the checkpoint.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { parse } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { AnyCheckpoint } from '../open.ts';
import { requiredQwenTensors } from '../qwen/required.ts';
import { layOutCache } from '../quantised/cache-file.ts';
import type { CachedTensor, CachePlan } from '../quantised/cache-file.ts';
import type { StatedPart } from '../quantised/encodings.ts';
import { requiredTensors } from '../required.ts';
import type { TensorEntry } from '../files/safetensors.ts';
import { refusal } from '../quantisation.ts';
import { layOutGroups, tableBlock } from './layout.ts';
import type { GroupLayout } from './layout.ts';
import { withTensors } from './read.ts';
import type { ReadTensor } from './read.ts';
import type { GroupTensor, Packing, PackedTensor, TableTensor } from './types.ts';

/** Changes with anything that changes the bytes of a cache. */
const VERSION = 1;

/** One packed layer and the parts of it that a cache holds. */
export interface PlannedPacked extends CachedTensor {
  readonly parts: readonly StatedPart[];
  readonly packed: PackedTensor;
  /** Of AWQ and GPTQ. */
  readonly layout: GroupLayout | null;
}

export interface PackedPlan extends CachePlan<PlannedPacked> {
  readonly form: 'packed';
  /** Layers that are used where they lie. */
  readonly inPlace: ReadonlyMap<string, TableTensor>;
  /** Every file that the cache is made from. */
  readonly sources: readonly string[];
}

/** What planning needs of an opened checkpoint. */
export interface PackedSource {
  readonly config: AnyCheckpoint['config'];
  readonly packing: Packing;
}

/** The packed layers that a run reads, by name. */
export function packedLayers({ config, packing }: PackedSource): [string, PackedTensor][] {
  const required = config.family === 'llava' ? requiredTensors(config) : requiredQwenTensors(config);
  return required.flatMap(({ name }): [string, PackedTensor][] => {
    const tensor = packing.tensors.get(name);
    return tensor ? [[name, tensor]] : [];
  });
}

/** Whether such a layer is used where it lies. */
export function isInPlace(tensor: PackedTensor): boolean {
  return tensor.kind === 'table' && tensor.nested === null && tableBlock(tensor) === tensor.block;
}

/**
 * @param folder where the cache will lie
 * @throws FoveaError `unsupported_model` when no block of ONNX Runtime fits, `bad_checkpoint` when a file is gone or short
 */
export async function planPacked(source: PackedSource, folder: string): Promise<PackedPlan> {
  const inPlace = new Map<string, TableTensor>();
  const planned = await withTensors(async (read) => {
    const list = [];
    for (const [name, packed] of packedLayers(source)) {
      if (packed.kind !== 'table') list.push(await unplacedGroups(name, packed, read));
      else if (isInPlace(packed)) inPlace.set(name, packed);
      else list.push(unplacedTable(name, packed, folder));
    }
    return list;
  });
  const entries = planned.flatMap(({ packed }) => entriesOf(packed));
  const sources = [...new Set(entries.map(({ file }) => file))];
  const metadata = { format: 'fovea-packed', version: String(VERSION), source: await identityOf(entries) };
  return { form: 'packed', inPlace, sources, ...layOutCache(metadata, planned) };
}

function unplacedTable(name: string, packed: TableTensor, folder: string) {
  const block = tableBlock(packed);
  if (block === null) throw refusal(`bitsandbytes in blocks of ${packed.block}`, null, packed.values.file);
  const [n, k] = packed.shape;
  const scales: StatedPart = { suffix: '.scales', dtype: 'F32', shape: [Math.ceil((n * k) / block)] };
  const values: StatedPart = { suffix: '.values', dtype: 'U8', shape: [packed.values.length] };
  // A graph's weights lie under one folder, which two Windows drives do not have.
  const shared = parse(folder).root === parse(packed.values.file).root;
  const parts = shared ? [scales] : [scales, values];
  return { name, packed, layout: null, parts, sourceBytes: bytesOf(packed, shared ? [packed.values] : []) };
}

async function unplacedGroups(name: string, packed: GroupTensor, read: ReadTensor) {
  const { shape, group, groupOf, qweight } = packed;
  const [n, k] = shape;
  const stated = groupOf && new Int32Array((await read(groupOf)).buffer);
  const layout = layOutGroups(packed, stated);
  if (!layout) throw refusal(`groups of ${group} inputs that are no whole blocks`, null, qweight.file);
  const blocks = layout.groupOf.length;
  const parts: StatedPart[] = [
    ...(layout.order ? [{ suffix: '.order', dtype: 'I64', shape: [k] } as const] : []),
    { suffix: '.scales', dtype: 'F32', shape: [n * blocks] },
    { suffix: '.values', dtype: 'U8', shape: [n, blocks, layout.block / 2] },
    { suffix: '.zeros', dtype: 'U8', shape: [n, Math.ceil(blocks / 2)] },
  ];
  return { name, packed, layout, parts, sourceBytes: bytesOf(packed) };
}

/** The stored parts of a layer. */
export function entriesOf(packed: PackedTensor): TensorEntry[] {
  if (packed.kind === 'table') {
    const { values, absmax, nested } = packed;
    return [values, absmax, ...(nested ? [nested.absmax, nested.map] : [])];
  }
  const { qweight, qzeros, scales, groupOf } = packed;
  return [qweight, qzeros, scales, ...(groupOf ? [groupOf] : [])];
}

function bytesOf(packed: PackedTensor, without: readonly TensorEntry[] = []): number {
  const read = entriesOf(packed).filter((entry) => !without.includes(entry));
  return read.reduce((sum, { length }) => sum + length, 0);
}

/** Hash of the files and the places in them that the cache is made from. */
async function identityOf(entries: readonly TensorEntry[]): Promise<string> {
  const files = await Promise.all(
    [...new Set(entries.map(({ file }) => file))].map(async (file) => {
      const found = await stat(file, { bigint: true }).catch(() => null);
      if (found) return [file, String(found.size), String(found.mtimeNs)];
      throw new FoveaError('bad_checkpoint', 'a file of the checkpoint is gone', { where: file });
    }),
  );
  const places = entries.map(({ name, dtype, shape, file, offset }) => [name, dtype, shape, file, offset]);
  return createHash('sha256')
    .update(JSON.stringify([files, places]))
    .digest('hex');
}
