/**
 * How a checkpoint says that its linear layers are packed: `quantization_config` of config.json, or in older AWQ and GPTQ
 * checkpoints a file of its own. What would change the weights and is not implemented is refused by name; keys of
 * calibration and of kernels change nothing.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { checkConfig } from '../config-check.ts';
import { readJsonIfThere } from '../files/json-file.ts';
import { checkKeys } from '../keys/check.ts';
import type { UnknownKey } from '../keys/check.ts';
import { refusal } from '../quantisation.ts';
import { PACKED_KEYS } from './keys.ts';

/** `group`: inputs that share a scale, −1 for all. `zeroOffset`: what is added to a stored zero point. */
export type PackedConfig =
  | { readonly method: 'bitsandbytes' }
  | { readonly method: 'awq'; readonly group: number }
  | {
      readonly method: 'gptq';
      readonly group: number;
      readonly zeroOffset: 0 | 1;
      /** Inputs of a group need not follow each other. */
      readonly anyOrder: boolean;
    };

/** What a file says of packing. */
export interface StatedPacking {
  readonly config: PackedConfig;
  readonly where: string;
  /** Keys of it that Fovea knows nothing of. */
  readonly unknownKeys: readonly UnknownKey[];
}

/** Files of their own that say it, GPTQ's and AWQ's. */
const OWN_FILES = ['quantize_config.json', 'quant_config.json'];

const anyObject = z.object({}).loose();
const rootSchema = z
  .object({
    quantization_config: anyObject.nullish(),
    text_config: z.object({ quantization_config: anyObject.nullish() }).loose().nullish(),
  })
  .loose();

const methodSchema = z
  .object({
    quant_method: z.string().optional(),
    method: z.string().optional(),
    load_in_4bit: z.boolean().optional(),
    load_in_8bit: z.boolean().optional(),
    w_bit: z.number().optional(),
  })
  .loose();

const group = z.union([z.literal(-1), z.number().int().positive()]);
const bits = z.coerce.number();

const gptqSchema = z
  .object({
    bits,
    group_size: group.default(-1),
    desc_act: z.boolean().nullish(),
    checkpoint_format: z.string().nullish(),
    format: z.string().nullish(),
    is_marlin_format: z.boolean().nullish(),
    pack_dtype: z.string().nullish(),
    dynamic: z.record(z.string(), z.unknown()).nullish(),
    adapter: z.unknown().optional(),
    rotation: z.unknown().optional(),
    activation: z.unknown().optional(),
  })
  .loose();

const awqSchema = z
  .object({
    bits: bits.optional(),
    w_bit: bits.optional(),
    group_size: group.optional(),
    q_group_size: group.optional(),
    zero_point: z.boolean().default(true),
    version: z.string().nullish(),
    format: z.string().nullish(),
    backend: z.string().nullish(),
  })
  .loose();

/**
 * @param json the parsed config.json
 * @returns what is said; null when nothing says that weights are packed
 * @throws FoveaError `unsupported_model` naming what is not run, `bad_checkpoint` for a malformed value.
 */
export async function readPackedConfig(
  dir: string,
  json: unknown,
  configPath: string,
): Promise<StatedPacking | null> {
  const root = rootSchema.safeParse(json).data;
  const stated = root?.quantization_config ?? root?.text_config?.quantization_config;
  if (stated) return statedPacking(stated, configPath, 'quantization_config.');
  for (const name of OWN_FILES) {
    const path = join(dir, name);
    const own = await readJsonIfThere(path, anyObject);
    if (!own) continue;
    const implied = { quant_method: 'w_bit' in own ? 'awq' : 'gptq' };
    return statedPacking({ ...implied, ...own }, path, '');
  }
  return null;
}

function statedPacking(json: Record<string, unknown>, where: string, inside: string): StatedPacking {
  const config = parsePacked(json, where);
  return { config, where, unknownKeys: checkKeys(json, PACKED_KEYS, { path: where, inside }) };
}

function parsePacked(json: Record<string, unknown>, where: string): PackedConfig {
  const stated = checkConfig(methodSchema, json, where);
  const implied =
    stated.load_in_4bit || stated.load_in_8bit ? 'bitsandbytes' : stated.w_bit ? 'awq' : '(no method)';
  const method = (stated.quant_method ?? stated.method ?? implied).toLowerCase();
  switch (method) {
    case 'bitsandbytes':
    case 'bitsandbytes_4bit':
      if (stated.load_in_8bit) throw refusal('bitsandbytes of 8 bits (load_in_8bit)', null, where);
      return { method: 'bitsandbytes' };
    case 'bitsandbytes_8bit':
      throw refusal('bitsandbytes of 8 bits', null, where);
    case 'awq':
      return parseAwq(checkConfig(awqSchema, json, where), where);
    case 'gptq':
      return parseGptq(checkConfig(gptqSchema, json, where), where);
    default:
      throw refusal(method, null, where);
  }
}

function parseAwq(c: z.infer<typeof awqSchema>, where: string): PackedConfig {
  const width = c.bits ?? c.w_bit ?? 4;
  if (width !== 4) throw refusal(`AWQ of ${width} bits`, null, where);
  const version = (c.version ?? c.format ?? 'gemm').toLowerCase();
  if (version !== 'gemm') throw refusal(`AWQ in the layout ${version}`, null, where);
  if (c.backend?.toLowerCase() === 'llm-awq') throw refusal('AWQ in the layout llm-awq', null, where);
  if (!c.zero_point) throw refusal('AWQ without zero points', null, where);
  return { method: 'awq', group: c.group_size ?? c.q_group_size ?? 128 };
}

function parseGptq(c: z.infer<typeof gptqSchema>, where: string): PackedConfig {
  if (c.bits !== 4) throw refusal(`GPTQ of ${c.bits} bits`, null, where);
  const format = (c.checkpoint_format ?? c.format ?? 'gptq').toLowerCase();
  if (c.is_marlin_format || (format !== 'gptq' && format !== 'gptq_v2')) {
    throw refusal(`GPTQ in the layout ${c.is_marlin_format ? 'marlin' : format}`, null, where);
  }
  const width = c.pack_dtype ?? 'int32';
  if (width !== 'int32') throw refusal(`GPTQ in words of ${width}`, null, where);
  if (c.dynamic && Object.keys(c.dynamic).length > 0) {
    throw refusal('GPTQ with other settings for some layers (dynamic)', null, where);
  }
  for (const key of ['adapter', 'rotation', 'activation'] as const) {
    if (c[key]) throw refusal(`GPTQ with ${key}`, null, where);
  }
  const zeroOffset = format === 'gptq' ? 1 : 0;
  return { method: 'gptq', group: c.group_size, zeroOffset, anyOrder: c.desc_act ?? false };
}
