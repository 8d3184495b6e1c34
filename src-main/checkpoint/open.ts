/** The door through which every checkpoint folder enters: config.json says which family reads the rest. */
import { join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ModelFolders } from './adapter/base.ts';
import { wholeModel } from './adapter/base.ts';
import { readAdapterFolder } from './adapter/folder.ts';
import type { Checkpoint } from './checkpoint.ts';
import { openCheckpoint } from './checkpoint.ts';
import { MAX_LAYERS } from './config.ts';
import { foreignWeights } from './files/foreign.ts';
import { readJsonIfThere, readTextIfThere } from './files/json-file.ts';
import { readerNotes } from './notes.ts';
import type { TowerPlaces } from './places.ts';
import { hasTensors } from './files/tensor-index.ts';
import { isQwenConfig } from './qwen/config.ts';
import type { QwenCheckpoint } from './qwen/open.ts';
import { openQwen } from './qwen/open.ts';
import { refuseStatedQuantisation } from './quantisation.ts';
import type { RpnFolder } from './rpn-folder.ts';
import { readRpnFolder } from './rpn-folder.ts';

export type AnyCheckpoint = (Checkpoint | QwenCheckpoint) & {
  /** Where other readers take the folder otherwise, in whole sentences. */
  readonly notes: readonly string[];
};

/**
 * As {@link openFolders} for a model and an RPN.
 * @param rpnDir a folder whose RPN is laid over the model (SD-RPN's and Q-Zoom's RPN-only checkpoints)
 * @param places where a vision tower of another repository, or an adapter's base, may lie
 * @throws FoveaError `not_found`, `bad_checkpoint`, `unsupported_model` or `missing_tensor`.
 */
export async function openModel(
  path: string,
  rpnDir: string | null = null,
  places?: TowerPlaces,
): Promise<AnyCheckpoint> {
  return openFolders({ dir: path, ...(rpnDir === null ? {} : { rpnDir }) }, places);
}

/**
 * Opens a model: a folder, which may be an adapter's, and what is laid over it.
 * @throws FoveaError `not_found`, `bad_checkpoint`, `unsupported_model` or `missing_tensor`.
 */
export async function openFolders(folders: ModelFolders, places?: TowerPlaces): Promise<AnyCheckpoint> {
  const { dir: path, rpnDir, adapterDir } = await wholeModel(folders, places);
  const configPath = join(path, 'config.json');
  const config = await peek(configPath);
  if (config === null) await refuseForeign(path);
  refuseStatedQuantisation(config, configPath);
  refuseTooDeep(config, configPath);
  const rpn = rpnDir === undefined ? null : await readRpnFolder(rpnDir);
  if (rpn) refuseStatedQuantisation(rpn.config, rpn.configPath);
  if (rpn && config !== null) refuseOtherFamily(rpn, config);
  const adapter = adapterDir === undefined ? null : await readAdapterFolder(adapterDir, path);
  const over = { rpn, adapter };
  const opened = isQwenConfig(config) ? await openQwen(path, over) : await openCheckpoint(path, over, places);
  return { ...opened, notes: await readerNotes(path, config, opened.tokenizer, rpnDir) };
}

function refuseOtherFamily(rpn: RpnFolder, base: unknown): void {
  refuseTooDeep(rpn.config, rpn.configPath);
  if (isQwenConfig(rpn.config) === isQwenConfig(base)) return;
  const [own, other] = isQwenConfig(base) ? ['LLaVA', 'Qwen2.5-VL'] : ['Qwen2.5-VL', 'LLaVA'];
  throw new FoveaError('bad_checkpoint', `the RPN is one of ${own}, the base model is ${other}`, {
    where: rpn.configPath,
    next: 'Give the base model that this RPN was trained on',
  });
}

/** A folder without a config.json may hold a model all the same, in a form of its own. */
async function refuseForeign(dir: string): Promise<void> {
  if ((await readTextIfThere(join(dir, 'config.json'))) !== null || (await hasTensors(dir))) return;
  const foreign = await foreignWeights(dir);
  if (foreign) throw foreign;
}

/** The file's JSON, or null: that it is no object is for the family to say. */
async function peek(path: string): Promise<unknown> {
  return readJsonIfThere(path, z.unknown());
}

/** The keys, of any family, that say how many layers there are. */
const DEPTHS = ['num_hidden_layers', 'depth', 'twig_T'];

/** Families list the tensors of every layer before they look for one, so the number is checked before that. */
function refuseTooDeep(config: unknown, where: string): void {
  const root = asRecord(config);
  for (const part of [root, asRecord(root.text_config), asRecord(root.vision_config)]) {
    const key = DEPTHS.find((name) => typeof part[name] === 'number' && part[name] > MAX_LAYERS);
    if (key === undefined) continue;
    throw new FoveaError('bad_checkpoint', `config.json says ${key} ${String(part[key])}`, {
      where,
      next: `No model has more than ${MAX_LAYERS}: compare config.json with the one the model was published with`,
    });
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).safeParse(value).data ?? {};
}
