/**
 * The vision tower of LLaVA's original layout, which is inside the checkpoint, in a folder that `mm_vision_tower` names,
 * or in another repository of the Hub: then it is looked for wherever this person may have it.
 */
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { visionConfig, visionSchema } from './config.ts';
import type { ConfigDraft, VisionConfig } from './config.ts';
import { foreignWeights } from './files/foreign.ts';
import { readJsonIfThere } from './files/json-file.ts';
import type { UnknownKey } from './keys/check.ts';
import { checkKeys } from './keys/check.ts';
import { CLIP_KEYS, CLIP_VISION_KEYS } from './keys/vision.ts';
import type { TowerPlaces } from './places.ts';
import { ORIGINAL_TOWER } from './llava-names.ts';
import { hasTensors, readTensors } from './files/tensor-index.ts';
import type { TensorMap } from './files/tensor-index.ts';
import type { WeightIndex } from './weight-index.ts';

/** The tower LLaVA-1.5 names without shipping it: OpenAI CLIP ViT-L/14 at 336 pixels. */
const CLIP_L_336: VisionConfig = {
  hiddenSize: 1024,
  intermediateSize: 4096,
  layers: 24,
  heads: 16,
  imageSize: 336,
  patchSize: 14,
  layerNormEps: 1e-5,
  activation: 'quick_gelu',
};
const CLIP_L_336_NAME = 'clip-vit-large-patch14-336';

const REPOSITORY = /^(?!.*(\.\.|--))[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/;

/** `ORG/NAME` of the repository that a tower's name stands for; trainers write paths of their own for CLIP's. */
export function towerRepository(name: string): string | null {
  if (REPOSITORY.test(name)) return name;
  return basename(name) === CLIP_L_336_NAME ? `openai/${CLIP_L_336_NAME}` : null;
}

/**
 * The tower of a checkpoint; its tensors join `weights`.
 * @throws FoveaError `bad_checkpoint` when it is nowhere, or nobody says its numbers
 */
export async function findTower(
  dir: string,
  draft: ConfigDraft,
  weights: WeightIndex,
  places: TowerPlaces,
): Promise<{ vision: VisionConfig; dir: string | null; unknownKeys: readonly UnknownKey[] }> {
  const prefix = `${ORIGINAL_TOWER}.`;
  const inside = draft.layout !== 'llava' || [...weights.names()].some((name) => name.startsWith(prefix));
  const towerDir = draft.towerName === null ? null : await towerFolder(dir, draft.towerName, places);
  if (!inside && towerDir === null && draft.towerName !== null) {
    throw (await foreignTower(dir, draft.towerName, places)) ?? missing(dir, draft.towerName);
  }
  if (!inside && towerDir !== null) {
    weights.add(visionTensors(await readTensors(towerDir)), prefix);
  }
  const { vision, unknownKeys } = draft.vision
    ? { vision: draft.vision, unknownKeys: [] }
    : await towerConfig(towerDir, draft.towerName);
  if (!vision) {
    throw new FoveaError('bad_checkpoint', "the vision tower's config.json is missing", {
      where: dir,
      next: "Put the tower's config.json in the folder mm_vision_tower names",
    });
  }
  return { vision, dir: towerDir, unknownKeys };
}

/** The tower is there, in a form that Fovea does not read: OpenAI's own CLIP repository has only a pickle. */
async function foreignTower(dir: string, name: string, places: TowerPlaces): Promise<FoveaError | null> {
  for (const candidate of await towerCandidates(dir, name, places)) {
    const foreign = await foreignWeights(candidate);
    if (!foreign) continue;
    const { code, message, where, next } = foreign;
    return new FoveaError(code, `the vision tower ${name}: ${message}`, {
      where: where ?? candidate,
      next: next ?? 'Save it once with CLIPVisionModel.save_pretrained()',
    });
  }
  return null;
}

function missing(dir: string, name: string): FoveaError {
  const folder = join(dir, basename(name));
  const repository = towerRepository(name);
  return new FoveaError('bad_checkpoint', `the vision tower ${name} is not in the folder`, {
    where: dir,
    next: repository
      ? `Download it with: fovea model download ${repository} (or put its folder there as ${folder})`
      : `Put it beside the weights as ${folder} and set mm_vision_tower to "${basename(name)}"`,
  });
}

/** A whole CLIP has a text model too, which nobody here reads. */
function visionTensors(tensors: TensorMap): TensorMap {
  const own = [...tensors].filter(([name]) => name.startsWith('vision_model.'));
  return own.length > 0 ? new Map(own) : tensors;
}

/** A tower's config.json is CLIPVisionModel's own, or a whole CLIPModel's with `vision_config` inside. */
async function towerConfig(
  towerDir: string | null,
  name: string | null,
): Promise<{ vision: VisionConfig | null; unknownKeys: readonly UnknownKey[] }> {
  const path = towerDir === null ? null : join(towerDir, 'config.json');
  const json = path === null ? null : await readJsonIfThere(path, z.record(z.string(), z.unknown()));
  if (path !== null && json !== null) {
    const whole = z.object({ vision_config: visionSchema }).safeParse(json);
    const vision = whole.success ? whole.data.vision_config : visionSchema.safeParse(json).data;
    const unknownKeys = checkKeys(json, 'vision_config' in json ? CLIP_KEYS : CLIP_VISION_KEYS, { path });
    if (vision) return { vision: visionConfig(vision, path), unknownKeys };
    throw noClip(path);
  }
  return { vision: name !== null && basename(name) === CLIP_L_336_NAME ? CLIP_L_336 : null, unknownKeys: [] };
}

const towerKindSchema = z.object({ model_type: z.enum(['clip', 'clip_vision_model']) });

/** What the config.json of a CLIP says of its vision tower; null for any other. @throws FoveaError `bad_checkpoint` */
export function parseTower(config: unknown, where: string): VisionConfig | null {
  if (!towerKindSchema.safeParse(config).success) return null;
  const whole = z.object({ vision_config: visionSchema }).safeParse(config);
  const parsed = whole.success ? whole.data.vision_config : visionSchema.safeParse(config).data;
  if (parsed) return visionConfig(parsed, where);
  throw noClip(where);
}

function noClip(where: string): FoveaError {
  return new FoveaError('bad_checkpoint', "the vision tower's numbers are not what a CLIP has", {
    where,
    next: 'Compare config.json with the one the tower was published with',
  });
}

/**
 * The folder of a tower: in the checkpoint or beside it, under its whole name or the last part; a download of the library
 * or a snapshot of a Hugging Face cache, those beside the checkpoint first. Null when it is nowhere.
 */
export async function towerFolder(dir: string, name: string, places: TowerPlaces): Promise<string | null> {
  for (const candidate of await towerCandidates(dir, name, places)) {
    if (await hasTensors(candidate)) return realpath(candidate);
  }
  return null;
}

/** Where a tower of this name may lie, best first. */
async function towerCandidates(dir: string, name: string, places: TowerPlaces): Promise<string[]> {
  const own = basename(name);
  const near = [join(dir, own), join(dirname(dir), own)];
  const candidates = isAbsolute(name) ? [name, ...near] : [join(dir, name), ...near];
  const repository = towerRepository(name);
  if (repository !== null) {
    if (basename(dirname(dir)) === 'snapshots') {
      candidates.push(...(await snapshots(dirname(dirname(dirname(dir))), repository)));
    }
    candidates.push(...(await downloads(dirname(dir), repository)));
    candidates.push(...(await downloads(places.downloads, repository)));
    candidates.push(...(await snapshots(places.cache, repository)));
  }
  return candidates;
}

async function snapshots(cache: string, repository: string): Promise<string[]> {
  const folder = join(cache, `models--${repository.replace('/', '--')}`, 'snapshots');
  return (await readdir(folder).catch(() => [])).map((revision) => join(folder, revision));
}

/** Whole downloads of the repository; an unfinished one has another name. */
async function downloads(folder: string, repository: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const start = `${repository.replace('/', '--')}@`;
  return names
    .filter((name) => name.startsWith(start) && !name.endsWith('.part'))
    .sort()
    .map((name) => join(folder, name));
}
