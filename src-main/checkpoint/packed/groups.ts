/**
 * AWQ's and GPTQ's layers: in the place of `X.weight` lie `X.qweight`, `X.qzeros` and `X.scales`, with GPTQ also `X.g_idx`.
 * What is packed shows in the names, so lists of modules left alone (`modules_to_not_convert`, `lm_head`) are not needed.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { TensorEntry } from '../files/safetensors.ts';
import type { TensorMap } from '../files/tensor-index.ts';
import type { PackedConfig } from './config.ts';
import type { GroupTensor } from './types.ts';

/** 4-bit numbers in an int32. */
export const PER_WORD = 8;
const WEIGHT = '.qweight';

/**
 * Every packed layer by the name of the weight it stands for.
 * @param used hears the names of all tensors that belong to one
 * @throws FoveaError `bad_checkpoint` when parts are missing or contradict each other or config.json
 */
export function groupTensors(
  tensors: TensorMap,
  config: Extract<PackedConfig, { method: 'awq' | 'gptq' }>,
  used: (name: string) => void,
): Map<string, GroupTensor> {
  const found = new Map<string, GroupTensor>();
  for (const [name, qweight] of tensors) {
    if (!name.endsWith(WEIGHT)) continue;
    const layer = name.slice(0, -WEIGHT.length);
    found.set(`${layer}.weight`, groupTensor(tensors, layer, qweight, config, used));
  }
  return found;
}

function groupTensor(
  tensors: TensorMap,
  layer: string,
  qweight: TensorEntry,
  config: Extract<PackedConfig, { method: 'awq' | 'gptq' }>,
  used: (name: string) => void,
): GroupTensor {
  const optional = (suffix: string): TensorEntry | null => {
    const entry = tensors.get(layer + suffix) ?? null;
    if (entry) used(entry.name);
    return entry;
  };
  const part = (suffix: string): TensorEntry => {
    const entry = optional(suffix);
    if (entry) return entry;
    throw broken(qweight, `${layer}${suffix} is missing`);
  };
  used(qweight.name);
  const [rows = 0, columns = 0] = qweight.shape;
  const isAwq = config.method === 'awq';
  const [n, k] = isAwq ? [columns * PER_WORD, rows] : [columns, rows * PER_WORD];
  const group = config.group === -1 ? k : config.group;
  const groups = Math.ceil(k / group);
  if (isAwq && k % group !== 0)
    throw broken(qweight, `${k} inputs are no whole number of groups of ${group}`);
  expect(qweight, ['I32'], isAwq ? [k, n / PER_WORD] : [k / PER_WORD, n]);
  if (n % PER_WORD !== 0) throw broken(qweight, `${n} outputs are no multiple of ${PER_WORD}`);
  const qzeros = expect(part('.qzeros'), ['I32'], [groups, n / PER_WORD]);
  const scales = expect(part('.scales'), ['F16', 'BF16', 'F32'], [groups, n]);
  const anyOrder = config.method === 'gptq' && config.anyOrder;
  const groupOf = isAwq ? null : anyOrder ? part('.g_idx') : optional('.g_idx');
  if (groupOf) expect(groupOf, ['I32'], [k]);
  const zeroOffset = config.method === 'gptq' ? config.zeroOffset : 0;
  return { kind: config.method, shape: [n, k], group, qweight, qzeros, scales, groupOf, zeroOffset };
}

function expect(
  entry: TensorEntry,
  dtypes: readonly TensorEntry['dtype'][],
  shape: readonly number[],
): TensorEntry {
  if (dtypes.includes(entry.dtype) && entry.shape.join() === shape.join()) return entry;
  const wanted = `${dtypes.join(' or ')} [${shape.join(', ')}]`;
  throw broken(entry, `it is ${entry.dtype} [${entry.shape.join(', ')}] where ${wanted} is needed`);
}

/** A packed tensor that does not hold together. */
export function broken({ name, file }: TensorEntry, what: string): FoveaError {
  return new FoveaError('bad_checkpoint', `the packed tensor ${name} is not as it should be: ${what}`, {
    where: file,
    next: "Check that config.json's quantization_config belongs to these weights, or download the file again",
  });
}
