/**
 * bitsandbytes' 4-bit layers: beside `X.weight` (bytes) lie `X.weight.absmax`, `.quant_map`, for scales that are packed
 * too `.nested_absmax` and `.nested_quant_map`, and `.quant_state.bitsandbytes__nf4` (or `__fp4`), JSON in bytes that says
 * the rest. Each layer describes itself, so config.json's list of modules left alone is not needed.
 */
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { TensorEntry } from '../files/safetensors.ts';
import type { TensorMap } from '../files/tensor-index.ts';
import { refusal } from '../quantisation.ts';
import type { ReadTensor } from './read.ts';
import { isTable } from './tables.ts';
import type { NestedScales, TableTensor } from './types.ts';

const STATE = /^(.+)\.quant_state\.bitsandbytes__(\w+)$/;
/** The JSON of a layer is some 200 bytes. */
const MAX_STATE_BYTES = 65_536;
/** Indices into the table of scales. */
const NESTED_ENTRIES = 256;

const count = z.number().int().positive();
const stateSchema = z.object({
  quant_type: z.enum(['nf4', 'fp4']),
  blocksize: count,
  shape: z.tuple([count, count]),
  nested_blocksize: count.optional(),
  nested_dtype: z.string().optional(),
  nested_offset: z.number().optional(),
});

/**
 * Every 4-bit layer by the name of its weight.
 * @param used hears the names of all tensors that belong to one
 * @throws FoveaError `bad_checkpoint` for parts that contradict each other, `unsupported_model` for 8 bits or another table
 */
export async function tableTensors(
  tensors: TensorMap,
  read: ReadTensor,
  used: (name: string) => void,
): Promise<Map<string, TableTensor>> {
  const found = new Map<string, TableTensor>();
  for (const [name, entry] of tensors) {
    if (name.endsWith('.SCB')) throw refusal('bitsandbytes of 8 bits', null, entry.file);
    const [, weight, kind] = STATE.exec(name) ?? [];
    if (weight === undefined) continue;
    if (kind !== 'nf4' && kind !== 'fp4') throw refusal(`bitsandbytes ${kind}`, null, entry.file);
    found.set(weight, await tableTensor(tensors, weight, kind, entry, read, used));
  }
  return found;
}

async function tableTensor(
  tensors: TensorMap,
  weight: string,
  kind: 'nf4' | 'fp4',
  stateEntry: TensorEntry,
  read: ReadTensor,
  used: (name: string) => void,
): Promise<TableTensor> {
  const part = (suffix: string): TensorEntry => {
    const entry = tensors.get(weight + suffix);
    if (!entry) throw broken(stateEntry, `${weight}${suffix} is missing`);
    used(entry.name);
    return entry;
  };
  used(stateEntry.name);
  const state = await readState(stateEntry, read);
  const [n, k] = state.shape;
  const [values, absmax, map] = [part(''), part('.absmax'), part('.quant_map')];
  if (state.quant_type !== kind) throw broken(stateEntry, `its parts are called ${kind}`);
  if (values.length !== Math.ceil((n * k) / 2)) throw broken(values, `it has ${values.length} bytes`);
  if (!isTable(kind, await floats(map, read))) {
    throw refusal(`bitsandbytes ${kind} with another table (${map.name})`, null, map.file);
  }
  const scales = Math.ceil((n * k) / state.blocksize);
  const nested = state.nested_blocksize === undefined ? null : nestedScales(state, scales, stateEntry, part);
  expect(absmax, nested ? 'U8' : 'F32', scales);
  return { kind: 'table', shape: [n, k], table: kind, block: state.blocksize, values, absmax, nested };
}

function nestedScales(
  state: z.infer<typeof stateSchema>,
  scales: number,
  entry: TensorEntry,
  part: (suffix: string) => TensorEntry,
): NestedScales {
  const { nested_blocksize: block = 1, nested_offset: offset, nested_dtype: dtype = 'float32' } = state;
  if (offset === undefined) throw broken(entry, 'nested_offset is missing');
  if (dtype !== 'float32') throw refusal(`bitsandbytes with scales of ${dtype}`, null, entry.file);
  const nested = { absmax: part('.nested_absmax'), map: part('.nested_quant_map'), block, offset };
  expect(nested.absmax, 'F32', Math.ceil(scales / block));
  expect(nested.map, 'F32', NESTED_ENTRIES);
  return nested;
}

async function readState(entry: TensorEntry, read: ReadTensor): Promise<z.infer<typeof stateSchema>> {
  if (entry.length > MAX_STATE_BYTES) throw broken(entry, `it has ${entry.length} bytes`);
  const text = new TextDecoder().decode(await read(entry));
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    throw broken(entry, `it says ${text.slice(0, 200)}`);
  }
}

async function floats(entry: TensorEntry, read: ReadTensor): Promise<Float32Array> {
  expect(entry, 'F32', 16);
  return new Float32Array((await read(entry)).buffer);
}

function expect(entry: TensorEntry, dtype: TensorEntry['dtype'], elements: number): void {
  const has = entry.shape.reduce((a, b) => a * b, 1);
  if (entry.dtype === dtype && has === elements) return;
  throw broken(entry, `it is ${entry.dtype} of ${has} numbers where ${dtype} of ${elements} are needed`);
}

function broken({ name, file }: TensorEntry, what: string): FoveaError {
  return new FoveaError('bad_checkpoint', `bitsandbytes' tensor ${name} is not as it should be: ${what}`, {
    where: file,
    next: 'Download this file again',
  });
}
