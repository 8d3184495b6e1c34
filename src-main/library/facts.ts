/** What can be said of a checkpoint without loading it, kept while its files stay as they are. */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { LibraryModel, ModelFacts } from '../../src-shared/contract/models.ts';
import { baseOf, hasAdapter, isAdapterAlone } from '../checkpoint/adapter/base.ts';
import { readAdapterFolder } from '../checkpoint/adapter/folder.ts';
import { aboutAdapter } from '../checkpoint/adapter/lay.ts';
import { gateThresholdOf } from '../checkpoint/gate.ts';
import { memoryEstimate, parametersByDtype } from '../checkpoint/memory.ts';
import { openModel, type AnyCheckpoint } from '../checkpoint/open.ts';
import type { TowerPlaces } from '../checkpoint/places.ts';
import { readRpnFolder } from '../checkpoint/rpn-folder.ts';
import { hasTensors } from '../checkpoint/files/tensor-index.ts';
import { readSmallText } from '../files/plain-file.ts';
import { parseTower } from '../checkpoint/tower.ts';
import { FINAL_NORM, towerOf } from './tower.ts';

/** Files, links followed: how much they hold, and a hash that changes with their sizes and times. */
export interface FolderState {
  readonly bytes: number;
  readonly stamp: string;
}

/** Deep enough for a vision tower in its own folder. */
const DEPTH = 2;

/** Null when there is no folder. */
export async function folderState(dir: string): Promise<FolderState | null> {
  const found = await stat(dir).catch(() => null);
  if (!found?.isDirectory()) return null;
  const lines: string[] = [];
  let bytes = 0;
  const walk = async (folder: string, depth: number): Promise<void> => {
    for (const name of (await readdir(join(dir, folder)).catch(() => [])).sort()) {
      const path = join(folder, name);
      const file = await stat(join(dir, path)).catch(() => null);
      if (file?.isDirectory() && depth < DEPTH) await walk(path, depth + 1);
      if (!file?.isFile()) continue;
      bytes += file.size;
      lines.push(`${path}:${file.size}:${file.mtimeMs}`);
    }
  };
  await walk('', 1);
  return { bytes, stamp: createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 32) };
}

/** @throws FoveaError of a checkpoint that cannot be used, as `openModel` does */
export async function readFacts(dir: string, places?: TowerPlaces): Promise<ModelFacts> {
  return factsOf(await openModel(dir, null, places));
}

function factsOf(checkpoint: AnyCheckpoint): ModelFacts {
  const { config, weights } = checkpoint;
  const { layers, heads } = config.text;
  return {
    family: config.family,
    parameters: weights.parameters,
    layers,
    heads,
    grid: gridOf(checkpoint),
    rpn: config.rpn && { k: config.rpn.k, t: config.rpn.t },
    gate: checkpoint.gate,
    ...gateThresholdOf(checkpoint),
    ...(checkpoint.unknownKeys.length > 0 ? { unknownKeys: [...checkpoint.unknownKeys] } : {}),
    ...(checkpoint.notes.length > 0 ? { notes: [...checkpoint.notes] } : {}),
    rules: checkpoint.rules,
    dtypes: parametersByDtype(weights),
    memory: memoryEstimate(checkpoint),
  };
}

function gridOf({ config }: AnyCheckpoint): [number, number] | null {
  if (config.family !== 'llava') return null;
  const side = Math.floor(config.vision.imageSize / config.vision.patchSize);
  return [side, side];
}

const rpnKeysSchema = z.object({ twig_K: z.number().int().min(0), twig_T: z.number().int().min(1) });

/** Layer and depth of the RPN in a folder that holds nothing else (METHOD §3); null for any other folder. */
export async function readRpnOnly(dir: string): Promise<{ k: number; t: number } | null> {
  const rpn = await readRpnFolder(dir).catch(() => null);
  if (!rpn || [...rpn.tensors.keys()].some((name) => FINAL_NORM.test(name))) return null;
  const keys = rpnKeysSchema.safeParse(rpn.keys);
  return keys.success ? { k: keys.data.twig_K, t: keys.data.twig_T } : null;
}

/** Layers and picture side of a CLIP that checkpoints without a vision tower of their own name; null for any other folder. */
export async function readTower(dir: string): Promise<LibraryModel['tower']> {
  try {
    const path = join(dir, 'config.json');
    const vision = parseTower(JSON.parse((await readSmallText(path)) ?? ''), path);
    return vision && (await hasTensors(dir)) ? { layers: vision.layers, imageSize: vision.imageSize } : null;
  } catch {
    return null;
  }
}

/** What the adapter in a folder is; null where there is none, or one that cannot be used. */
export async function readAdapter(dir: string, places: TowerPlaces): Promise<LibraryModel['adapter']> {
  if (!(await hasAdapter(dir))) return null;
  const baseDir = (await isAdapterAlone(dir)) ? await baseOf(dir, places).catch(() => null) : dir;
  const folder = await readAdapterFolder(dir, baseDir).catch(() => null);
  if (!folder) return null;
  const { ranks, targets, modules: layers, replaced, ownFiles } = aboutAdapter(folder);
  return {
    base: folder.config.base,
    baseDir,
    ranks: [...ranks],
    targets: [...targets],
    layers,
    replaced,
    ownFiles: [...ownFiles],
  };
}

/** Changes with a vision tower or a base elsewhere: they come and go without the folder changing. */
export async function neighbours(dir: string, places: TowerPlaces): Promise<string> {
  return `${await towerOf(dir, places)} ${await baseStamp(dir, places)}`;
}

/** Changes with the base of an adapter; empty for any other folder. */
async function baseStamp(dir: string, places: TowerPlaces): Promise<string> {
  if (!(await isAdapterAlone(dir))) return '';
  const base = await baseOf(dir, places).catch(() => null);
  return base === null ? '' : `${base} ${(await folderState(base))?.stamp}`;
}

/** What a folder turned out to be: one of these is not null; with an adapter also what base and adapter are, or why not. */
export type Known = Pick<LibraryModel, 'facts' | 'rpnOnly' | 'tower' | 'adapter' | 'problem'>;

export const NOTHING_KNOWN: Known = {
  facts: null,
  rpnOnly: null,
  tower: null,
  adapter: null,
  problem: null,
};

/** What a folder turned out to be. Never rejects: why a checkpoint has no facts is a fact too. */
export async function look(dir: string, places: TowerPlaces): Promise<Known> {
  const adapter = await readAdapter(dir, places);
  try {
    return { ...NOTHING_KNOWN, adapter, facts: await readFacts(dir, places) };
  } catch (error) {
    const rpnOnly = await readRpnOnly(dir);
    const tower = rpnOnly ? null : await readTower(dir);
    const problem = rpnOnly || tower ? null : FoveaError.from(error).toWire();
    return { ...NOTHING_KNOWN, rpnOnly, tower, adapter, problem };
  }
}
