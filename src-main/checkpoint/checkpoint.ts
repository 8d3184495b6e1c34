/**
 * A Hugging Face checkpoint folder, opened: everything small is read and checked, the weights are only located. This
 * is the one door through which models enter, the demo model included.
 */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { CheckpointRules } from '../../src-shared/contract/rules.ts';
import { SD_RPN_RULES } from '../../src-shared/contract/rules.ts';
import type { AdapterFolder } from './adapter/folder.ts';
import type { AdapterFacts } from './adapter/lay.ts';
import { layAdapter } from './adapter/lay.ts';
import { cannotMerge } from './adapter/config.ts';
import type { PartNames } from './adapter/names.ts';
import { matching } from './adapter/pattern.ts';
import { refuseOtherPlaceholder, refuseTiedAndStored, tiedUnlessStored } from './agreement.ts';
import { llavaKeys, parseConfig } from './config.ts';
import type { LlavaConfig, TextConfig } from './config.ts';
import { readGenerationConfig } from './generation.ts';
import type { GenerationConfig } from './generation.ts';
import { readJson } from './files/json-file.ts';
import type { UnknownKey } from './keys/check.ts';
import { findLlavaNames } from './llava-names.ts';
import { findPacked } from './packed/find.ts';
import { towerPlaces } from './places.ts';
import type { TowerPlaces } from './places.ts';
import { readPreprocessor } from './preprocessor.ts';
import type { PreprocessorConfig } from './preprocessor.ts';
import { checkRequired, requiredTensors, visionLayersUsed } from './required.ts';
import { refuseQuantisedTensors } from './quantisation.ts';
import type { RpnFolder } from './rpn-folder.ts';
import { checkRpnFits, layRpnOver, parseWithRpn, refuseRpnAlone } from './rpn-folder.ts';
import { readTensors } from './files/tensor-index.ts';
import { findTower, towerRepository } from './tower.ts';
import { IMAGE_TOKEN, tryPrompt } from './prompt.ts';
import { hasGate } from './gate.ts';
import { readTokenizer } from './tokenizer/tokenizer.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';
import { WeightIndex } from './weight-index.ts';
import { within } from './files/within.ts';

export interface Checkpoint {
  /** Absolute path as given, and the folder's name (`org/model` for a Hugging Face cache), `base + adapter + RPN` for several. */
  readonly dir: string;
  readonly name: string;
  /** The folder whose RPN lies over this one's. */
  readonly rpnDir?: string;
  /** The adapter that lies over this folder's weights. */
  readonly adapter?: AdapterFacts;
  /** Q-Zoom's gate is among the tensors; of this family none runs. */
  readonly gate: boolean;
  /** Keys of its config files that Fovea knows nothing of. */
  readonly unknownKeys: readonly UnknownKey[];
  /** Q-Zoom has no LLaVA code: always SD-RPN's. */
  readonly rules: CheckpointRules;
  readonly config: LlavaConfig;
  readonly weights: WeightIndex;
  readonly tokenizer: Tokenizer;
  readonly generation: GenerationConfig;
  readonly preprocessor: PreprocessorConfig;
}

/** What is laid over a model. */
export interface Overlays {
  readonly rpn: RpnFolder | null;
  readonly adapter: AdapterFolder | null;
}

export const NOTHING_OVER: Overlays = { rpn: null, adapter: null };

/**
 * Opens and checks a checkpoint folder; reads headers and configs, never weights.
 * @param over an RPN and an adapter to lay over it
 * @param places where a vision tower of another repository may lie
 * @throws FoveaError `not_found`, `bad_checkpoint`, `unsupported_model` or `missing_tensor`.
 */
export async function openCheckpoint(
  path: string,
  over: Overlays = NOTHING_OVER,
  places: TowerPlaces = towerPlaces(),
): Promise<Checkpoint> {
  const dir = resolve(path);
  const { rpn, adapter } = over;
  const folder = await stat(dir).catch(() => null);
  if (!folder?.isDirectory()) {
    throw new FoveaError('not_found', 'there is no checkpoint folder here', {
      where: dir,
      next: 'Point Fovea at a Hugging Face checkpoint folder (config.json, *.safetensors, tokenizer.json)',
    });
  }
  const configPath = join(dir, 'config.json');
  const json = await readJson(configPath, z.unknown());
  const { draft, unknown } = parseWithRpn(json, configPath, rpn, (json, where) => ({
    draft: parseConfig(json, where),
    unknown: llavaKeys(json, where),
  }));
  const { tensors, packing } = await findPacked(
    dir,
    json,
    configPath,
    layRpnOver(await readTensors(dir), rpn),
  );
  const weights = new WeightIndex(packing).add(tensors);
  refuseQuantisedTensors(weights, dir);
  refuseRpnAlone(weights, findLlavaNames(draft.layout, weights, dir), draft.text, dir);
  const tower = await findTower(dir, draft, weights, places);
  const { towerName, ...rest } = draft;
  const names = findLlavaNames(draft.layout, weights, dir);
  if (draft.layout === 'llava') refuseTiedAndStored(draft.text, weights, names.head, configPath);
  const text = tiedUnlessStored(draft.text, weights, names.head);
  const { adapted, ...laid } = layOver(adapter, weights, names, { ...rest, text, names });
  const config: LlavaConfig = { ...adapted, vision: tower.vision };
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
  if (config.layout === 'llava_hf') {
    refuseOtherPlaceholder(IMAGE_TOKEN, config.imageTokenId, tokenizer, configPath);
  }
  tryPrompt(tokenizer, config.imageTokenId);
  const eos = tokenizer.eosToken === null ? null : tokenizer.idOf(tokenizer.eosToken);
  const fallbackEos = config.eosTokenIds.length > 0 ? config.eosTokenIds : eos === null ? [] : [eos];
  const { generation, bosTokenId, unknownKeys: inGeneration } = await readGenerationConfig(dir, fallbackEos);
  // The original layout's processor is the tower's: their code asks the tower's folder and no other.
  const { preprocessor, unknownKeys: inProcessor } = await readPreprocessor(
    tower.dir === null ? [dir] : [tower.dir, dir],
    {
      ...config.vision,
      geometry: config.geometry,
      original: config.layout === 'llava',
      repository: towerName === null ? null : towerRepository(towerName),
    },
  );
  return {
    dir,
    ...namesOf(dir, over),
    ...laid,
    gate: hasGate(weights, rpn),
    unknownKeys: [
      ...unknown,
      ...(packing?.unknownKeys ?? []),
      ...tower.unknownKeys,
      ...tokenizer.unknownKeys,
      ...inGeneration,
      ...inProcessor,
    ],
    rules: SD_RPN_RULES,
    config,
    weights,
    tokenizer,
    generation:
      config.layout === 'llava'
        ? { ...generation, saidBefore: bosTokenId === null ? config.bosTokenIds : [bosTokenId] }
        : generation,
    preprocessor,
  };
}

/** What a checkpoint is called, and where its RPN came from. */
export function namesOf(dir: string, { rpn, adapter }: Overlays): { name: string; rpnDir?: string } {
  const over = adapter && (adapter.dir === dir ? ['its adapter'] : [nameOf(adapter.dir)]);
  const name = [nameOf(dir), ...(over ?? []), ...(rpn ? [nameOf(rpn.dir)] : [])].join(' + ');
  return rpn ? { name, rpnDir: rpn.dir } : { name };
}

/**
 * Lays the adapter, when there is one, over `weights`.
 * @param config of the base
 * @returns the config of the adapted model, and what a checkpoint says of its adapter
 * @throws FoveaError as `layAdapter`
 */
export function layOver<C extends { readonly text: TextConfig }>(
  adapter: AdapterFolder | null,
  weights: WeightIndex,
  names: PartNames,
  config: C,
): { readonly adapted: C; readonly adapter?: AdapterFacts } {
  if (!adapter) return { adapted: config };
  if (weights.packing) {
    throw cannotMerge(
      `the base's weights are packed (${weights.packing.label})`,
      adapter.dir,
      'Give the base that is not packed, which it was made from: --model BASE --adapter ADAPTER',
    );
  }
  const { tieWordEmbeddings } = config.text;
  const base = { weights, names, tied: tieWordEmbeddings };
  const { tied, facts } = within(matching(adapter.dir), () => layAdapter(adapter, base));
  return { adapted: { ...config, text: { ...config.text, tieWordEmbeddings: tied } }, adapter: facts };
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
