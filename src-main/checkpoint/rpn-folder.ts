/**
 * An RPN in a folder of its own, laid over the base model it was trained on (METHOD §3: the base is frozen, so all that
 * such a folder adds are `twig_*` tensors and the keys that say where they belong). The copies of base layers that the
 * published files carry are compared by shape and left alone.
 */
import { counted } from '../../src-shared/contract/counts.ts';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { TextConfig } from './config.ts';
import { readJson } from './files/json-file.ts';
import type { DecoderNames } from './names.ts';
import type { RequiredTensor } from './required.ts';
import type { TensorMap } from './files/tensor-index.ts';
import { readTensors } from './files/tensor-index.ts';
import type { WeightIndex } from './weight-index.ts';

export interface RpnFolder {
  readonly dir: string;
  readonly configPath: string;
  /** config.json whole, and its keys that speak of the RPN. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly keys: Readonly<Record<string, unknown>>;
  /** Every tensor of the folder, copies of base layers included. */
  readonly tensors: TensorMap;
}

const RPN_KEY = /^(enable_twig$|twig_|roi_)/;
/** Whether a tensor is of the RPN; copies of base layers may lie beside it. `twig_head.weight` comes with them and is not used. */
export const isRpnTensor = (name: string): boolean => /(^|\.)twig_/.test(name);
const isRpnLayer = (name: string): boolean => /(^|\.)twig_layers\./.test(name);

/** Tables with a row per word: training code pads them, and those of the base are used. */
const VOCABULARY_TABLE = /(embed_tokens|lm_head)\.weight$/;

/** @throws FoveaError `not_found`, or `bad_checkpoint` when the folder is unreadable or holds no RPN. */
export async function readRpnFolder(path: string): Promise<RpnFolder> {
  const dir = resolve(path);
  const folder = await stat(dir).catch(() => null);
  if (!folder?.isDirectory()) {
    throw new FoveaError('not_found', 'there is no RPN folder here', {
      where: dir,
      next: 'Give the folder of an SD-RPN or Q-Zoom checkpoint (config.json, *.safetensors)',
    });
  }
  const configPath = join(dir, 'config.json');
  const config = await readJson(configPath, z.record(z.string(), z.unknown()));
  const tensors = await readTensors(dir);
  const lacks =
    config.enable_twig !== true
      ? 'config.json does not say enable_twig: true'
      : [...tensors.keys()].some(isRpnLayer)
        ? null
        : 'no tensor is called model.twig_layers.…';
  if (lacks !== null) {
    throw new FoveaError('bad_checkpoint', `the RPN folder holds no RPN: ${lacks}`, {
      where: dir,
      next: 'Give the base model first and the folder with the twig_layers as the RPN',
    });
  }
  const keys = Object.fromEntries(Object.entries(config).filter(([key]) => RPN_KEY.test(key)));
  return { dir, configPath, config, keys, tensors };
}

/**
 * The base's config.json with the RPN's keys in place of its own, through `parse`; what is wrong with those keys is
 * said of the RPN's file.
 */
export function parseWithRpn<T>(
  json: unknown,
  where: string,
  rpn: RpnFolder | null,
  parse: (json: unknown, where: string) => T,
): T {
  const parsed = parse(json, where);
  if (!rpn) return parsed;
  const own = Object.entries(json as Record<string, unknown>).filter(([key]) => !RPN_KEY.test(key));
  return parse({ ...Object.fromEntries(own), ...rpn.keys }, rpn.configPath);
}

/** The base's tensors with the RPN's in place of an RPN it may have itself. */
export function layRpnOver(base: TensorMap, rpn: RpnFolder | null): TensorMap {
  if (!rpn) return base;
  return new Map([
    ...[...base].filter(([name]) => !isRpnTensor(name)),
    ...[...rpn.tensors].filter(([name]) => isRpnTensor(name)),
  ]);
}

/**
 * Whether the RPN belongs to a base of these shapes.
 * @param weights base and RPN together
 * @param required every tensor that a run of both reads
 * @throws FoveaError `bad_checkpoint` naming the first tensor that does not fit, with both shapes, or `missing_tensor`.
 */
export function checkRpnFits(
  rpn: RpnFolder,
  weights: WeightIndex,
  required: readonly RequiredTensor[],
): void {
  const needed = required.filter(({ name }) => isRpnTensor(name));
  const missing = needed.filter(({ name }) => !rpn.tensors.has(name));
  if (missing[0]) {
    const more = missing.length > 1 ? ` (and ${missing.length - 1} more)` : '';
    throw new FoveaError('missing_tensor', `the RPN folder has no tensor ${missing[0].name}${more}`, {
      where: rpn.dir,
      next: 'Check that its config.json (twig_T, roi_super_type) belongs to these weights and that every shard is there',
    });
  }
  for (const { name, shape } of needed) refuseOther(rpn, name, shape);
  for (const name of rpn.tensors.keys()) {
    const base = isRpnTensor(name) || VOCABULARY_TABLE.test(name) ? undefined : weights.shapeOf(name);
    if (base) refuseOther(rpn, name, base);
  }
}

function refuseOther(rpn: RpnFolder, name: string, wanted: readonly number[]): void {
  const found = rpn.tensors.get(name)?.shape ?? [];
  if (found.length === wanted.length && found.every((n, axis) => n === wanted[axis])) return;
  throw new FoveaError(
    'bad_checkpoint',
    `the RPN does not fit the base model: ${name} has shape [${found.join(', ')}] where the base needs [${wanted.join(', ')}]`,
    { where: rpn.dir, next: 'Give the base model that this RPN was trained on' },
  );
}

/**
 * A folder with an RPN and only the lower part of its model.
 * @throws FoveaError `bad_checkpoint` saying what is missing and how to give the base.
 */
export function refuseRpnAlone(
  weights: WeightIndex,
  names: DecoderNames,
  { layers, tieWordEmbeddings }: TextConfig,
  dir: string,
): void {
  if (weights.entry(names.norm) || ![...weights.names()].some(isRpnLayer)) return;
  const single = [names.embed, names.norm, ...(tieWordEmbeddings ? [] : [names.head])];
  const without = Array.from({ length: layers }, (_, i) => i).filter(
    (i) => !weights.entry(`${names.layers}.${i}.input_layernorm.weight`),
  );
  const missing = [
    ...single.filter((name) => !weights.shapeOf(name)),
    ...(without.length === 0
      ? []
      : [`${without.length} of ${counted(layers, 'layer')} (${names.layers}.${without[0]}…)`]),
  ];
  throw new FoveaError(
    'bad_checkpoint',
    `the folder holds an RPN without its base model: ${missing.join(', ')} missing from its safetensors files`,
    {
      where: dir,
      next: `Lay it over the base model it was trained on: fovea label PROJECT --model BASE --rpn ${dir}`,
    },
  );
}
