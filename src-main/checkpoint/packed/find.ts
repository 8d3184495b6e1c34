/** Which linear layers of a checkpoint are packed, and the tensors that are left besides. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { TensorMap } from '../files/tensor-index.ts';
import { tableTensors } from './bitsandbytes.ts';
import { readPackedConfig } from './config.ts';
import { groupTensors } from './groups.ts';
import { withTensors } from './read.ts';
import type { Packing, PackedTensor } from './types.ts';

export interface Found {
  /** Without the parts of packed layers. */
  readonly tensors: TensorMap;
  /** Null: nothing is packed. */
  readonly packing: Packing | null;
}

/**
 * @param json the parsed config.json, which lies at `configPath`
 * @param stored every tensor of the checkpoint
 * @throws FoveaError `unsupported_model` naming what is not run, `bad_checkpoint` when tensors and config contradict each other
 */
export async function findPacked(
  dir: string,
  json: unknown,
  configPath: string,
  stored: TensorMap,
): Promise<Found> {
  const stated = await readPackedConfig(dir, json, configPath);
  if (stated === null) return { tensors: stored, packing: null };
  const { config, where, unknownKeys } = stated;
  const used = new Set<string>();
  const use = (name: string): void => void used.add(name);
  const packed: ReadonlyMap<string, PackedTensor> =
    config.method === 'bitsandbytes'
      ? await withTensors((read) => tableTensors(stored, read, use))
      : groupTensors(stored, config, use);
  if (packed.size === 0) {
    if (where === configPath) throw nothingPacked(config.method, where);
    // A file that a quantiser left behind.
    return { tensors: stored, packing: null };
  }
  const tensors = new Map([...stored].filter(([name]) => !used.has(name)));
  return { tensors, packing: { label: labelOf(config.method, packed), tensors: packed, unknownKeys } };
}

function labelOf(method: string, packed: ReadonlyMap<string, PackedTensor>): string {
  if (method !== 'bitsandbytes') return method === 'awq' ? 'AWQ' : 'GPTQ';
  const tables = new Set([...packed.values()].map((tensor) => ('table' in tensor ? tensor.table : '')));
  return `bitsandbytes ${[...tables].sort().join(' and ')}`;
}

function nothingPacked(method: string, where: string): FoveaError {
  return new FoveaError(
    'unsupported_model',
    `config.json asks for weights of ${method}, and none of the tensors is packed so`,
    {
      where,
      next: 'To run the weights as they are stored, take quantization_config out of config.json',
    },
  );
}
