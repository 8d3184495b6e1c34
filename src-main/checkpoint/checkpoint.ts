/**
 * A Hugging Face checkpoint folder, opened: everything small is read and checked, the weights are only located. This
 * is the one door through which models enter, the demo model included.
 */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { parseConfig, visionConfig, visionSchema } from './config.ts';
import type { ConfigDraft, LlavaConfig, VisionConfig } from './config.ts';
import { readGenerationConfig } from './generation.ts';
import type { GenerationConfig } from './generation.ts';
import { readJson, readJsonIfThere } from './json-file.ts';
import { readPreprocessor } from './preprocessor.ts';
import type { PreprocessorConfig } from './preprocessor.ts';
import { checkRequired, layoutOf, requiredTensors, tensorNames, visionLayersUsed } from './required.ts';
import type { RpnFolder } from './rpn-folder.ts';
import { checkRpnFits, layRpnOver, parseWithRpn, refuseRpnAlone } from './rpn-folder.ts';
import { hasTensors, readTensors } from './tensor-index.ts';
import { hasGate } from './gate.ts';
import { readTokenizer } from './tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';
import { WeightIndex } from './weight-index.ts';

export interface Checkpoint {
  /** Absolute path as given, and the folder's name (`org/model` for a Hugging Face cache), `base + RPN` for two. */
  readonly dir: string;
  readonly name: string;
  /** The folder whose RPN lies over this one's. */
  readonly rpnDir?: string;
  /** Q-Zoom's gate is among the tensors; it is not run. */
  readonly gate: boolean;
  readonly config: LlavaConfig;
  readonly weights: WeightIndex;
  readonly tokenizer: Tokenizer;
  readonly generation: GenerationConfig;
  readonly preprocessor: PreprocessorConfig;
}

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

/**
 * Opens and checks a checkpoint folder; reads headers and configs, never weights.
 * @param rpn an RPN to lay over it
 * @throws FoveaError `not_found`, `bad_checkpoint`, `unsupported_model` or `missing_tensor`.
 */
export async function openCheckpoint(path: string, rpn: RpnFolder | null = null): Promise<Checkpoint> {
  const dir = resolve(path);
  const folder = await stat(dir).catch(() => null);
  if (!folder?.isDirectory()) {
    throw new FoveaError('not_found', 'there is no checkpoint folder here', {
      where: dir,
      next: 'Point Fovea at a Hugging Face checkpoint folder (config.json, *.safetensors, tokenizer.json)',
    });
  }
  const configPath = join(dir, 'config.json');
  const stated = parseWithRpn(await readJson(configPath, z.unknown()), configPath, rpn, parseConfig);
  const weights = new WeightIndex().add(layRpnOver(await readTensors(dir), rpn));
  const draft = { ...stated, layout: layoutOf(stated.layout, weights) };
  refuseRpnAlone(weights, tensorNames(draft.layout), draft.text, dir);
  const tower = await findTower(dir, draft, weights);
  const { towerName: _, ...rest } = draft;
  const config: LlavaConfig = { ...rest, vision: tower.vision };
  const used = visionLayersUsed(config);
  if (used < 0 || used > config.vision.layers) {
    throw new FoveaError('bad_checkpoint', `the vision tower has no layer ${config.visionSelectLayer}`, {
      where: configPath,
      next: 'Compare config.json with the one the model was published with',
    });
  }
  if (rpn) checkRpnFits(rpn, weights, requiredTensors(config));
  checkRequired(config, weights, dir);
  const tokenizer = await readTokenizer(dir);
  const eos = tokenizer.eosToken === null ? null : tokenizer.idOf(tokenizer.eosToken);
  const fallbackEos = config.eosTokenIds.length > 0 ? config.eosTokenIds : eos === null ? [] : [eos];
  return {
    dir,
    ...namesOf(dir, rpn),
    gate: hasGate(weights, rpn),
    config,
    weights,
    tokenizer,
    generation: await readGenerationConfig(dir, fallbackEos),
    preprocessor: await readPreprocessor(
      tower.dir === null ? [dir] : [dir, tower.dir],
      config.vision.imageSize,
      config.geometry,
    ),
  };
}

/** The vision tower: inside the checkpoint, or in the folder `mm_vision_tower` names; its tensors join `weights`. */
async function findTower(
  dir: string,
  draft: ConfigDraft,
  weights: WeightIndex,
): Promise<{ vision: VisionConfig; dir: string | null }> {
  const prefix = tensorNames(draft.layout).vision;
  const inside = [...weights.names()].some((name) => name.startsWith(`${prefix}.`));
  const towerDir = draft.towerName === null ? null : await towerFolder(dir, draft.towerName);
  if (!inside && towerDir === null && draft.towerName !== null) {
    throw new FoveaError('bad_checkpoint', `the vision tower ${draft.towerName} is not in the folder`, {
      where: dir,
      next: `Put it beside the weights as ${join(dir, basename(draft.towerName))} and set mm_vision_tower to "${basename(draft.towerName)}"`,
    });
  }
  if (!inside && towerDir !== null) {
    const suffix = 'vision_model';
    weights.add(await readTensors(towerDir), prefix.slice(0, -suffix.length));
  }
  const vision = draft.vision ?? (await towerConfig(towerDir, draft.towerName));
  if (!vision) {
    throw new FoveaError('bad_checkpoint', "the vision tower's numbers are nowhere", {
      where: dir,
      next: "Put the tower's config.json in the folder mm_vision_tower names",
    });
  }
  return { vision, dir: towerDir };
}

/** A tower's config.json is CLIPVisionModel's own, or a whole CLIPModel's with `vision_config` inside. */
async function towerConfig(towerDir: string | null, name: string | null): Promise<VisionConfig | null> {
  if (towerDir !== null) {
    const path = join(towerDir, 'config.json');
    const whole = await readJsonIfThere(
      path,
      z
        .object({ vision_config: visionSchema })
        .loose()
        .catch({} as never),
    );
    if (whole?.vision_config) return visionConfig(whole.vision_config, path);
    const own = await readJsonIfThere(path, visionSchema);
    if (own) return visionConfig(own, path);
  }
  return name !== null && basename(name) === 'clip-vit-large-patch14-336' ? CLIP_L_336 : null;
}

/** Tried in turn: the name as a folder in the checkpoint, its last part there, and the same Hugging Face cache. */
async function towerFolder(dir: string, name: string): Promise<string | null> {
  const candidates = isAbsolute(name) ? [name] : [join(dir, name), join(dir, basename(name))];
  const hub = dirname(dirname(dirname(dir)));
  if (basename(dirname(dir)) === 'snapshots') {
    const snapshots = join(hub, `models--${name.replaceAll('/', '--')}`, 'snapshots');
    for (const revision of await readdir(snapshots).catch(() => []))
      candidates.push(join(snapshots, revision));
  }
  for (const candidate of candidates) if (await hasTensors(candidate)) return realpath(candidate);
  return null;
}

/** What a checkpoint is called, and where its RPN came from. */
export function namesOf(dir: string, rpn: RpnFolder | null): { name: string; rpnDir?: string } {
  return rpn ? { name: `${nameOf(dir)} + ${nameOf(rpn.dir)}`, rpnDir: rpn.dir } : { name: nameOf(dir) };
}

/** Folder names that trainers give to every model; only with its parent does such a name tell one from another. */
const GENERIC_NAME = /^(checkpoint(-\d+)?|model|final|output)$/;

/**
 * `org/model` from a Hugging Face cache path (`models--org--model/snapshots/…`), else the folder's own name, with its
 * parent's where the own one says nothing (`my-run/checkpoint-500`).
 */
export function nameOf(dir: string): string {
  const [own, parent, repo] = [dir, dirname(dir), dirname(dirname(dir))].map((path) => basename(path));
  if (parent === 'snapshots' && repo.startsWith('models--')) {
    return repo.slice('models--'.length).replaceAll('--', '/');
  }
  return GENERIC_NAME.test(own) && parent !== '' ? `${parent}/${own}` : own;
}
