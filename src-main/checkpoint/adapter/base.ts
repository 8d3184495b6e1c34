/**
 * Which folders a model is made of: a base, an RPN and an adapter laid over it. An adapter's folder alone means the base
 * that it names, wherever this person has it; a folder with a whole model and an adapter means both, as transformers
 * takes it where PEFT is installed.
 */
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readSmallText } from '../../files/plain-file.ts';
import type { TowerPlaces } from '../places.ts';
import { towerPlaces } from '../places.ts';
import { hasTensors } from '../files/tensor-index.ts';
import { towerFolder } from '../tower.ts';
import { ADAPTER_CONFIG, readAdapterConfig } from './config.ts';

/** The folders of one model. */
export interface ModelFolders {
  readonly dir: string;
  /** A folder whose RPN is laid over the model. */
  readonly rpnDir?: string | undefined;
  /** A folder whose adapter is laid over the model; `dir` itself where a whole model lies beside its adapter. */
  readonly adapterDir?: string | undefined;
}

/** Whether a folder holds an adapter, alone or beside its base. */
export async function hasAdapter(dir: string): Promise<boolean> {
  return isFile(join(dir, ADAPTER_CONFIG));
}

/** Whether a folder holds an adapter and no model. */
export async function isAdapterAlone(dir: string): Promise<boolean> {
  return (await hasAdapter(dir)) && !(await isFile(join(dir, 'config.json')));
}

/**
 * The same model by its base's folder and the adapter's: `dir` is never an adapter alone afterwards. Folders that are
 * complete come back as they are.
 * @param places where the base may lie besides the adapter's neighbourhood
 * @throws FoveaError `not_found` when the base is nowhere, `usage` for two adapters at once, and of adapter_config.json
 */
export async function wholeModel(
  folders: ModelFolders,
  places: TowerPlaces = towerPlaces(),
): Promise<ModelFolders> {
  const { dir, adapterDir } = folders;
  if (!(await hasAdapter(dir))) return folders;
  if (adapterDir !== undefined && resolve(adapterDir) !== resolve(dir)) {
    throw new FoveaError('usage', 'the base has an adapter of its own', {
      where: dir,
      next: 'Give the base without an adapter, or merge the first one into it with PEFT (merge_and_unload)',
    });
  }
  if (!(await isAdapterAlone(dir))) return { ...folders, adapterDir: dir };
  const base = await baseOf(dir, places);
  if (await hasAdapter(base)) {
    throw new FoveaError('unsupported_model', 'the base of this adapter has an adapter of its own', {
      where: base,
      next: 'Merge that one into its base with PEFT (merge_and_unload) and give what comes out as --model, this as --adapter',
    });
  }
  return { ...folders, dir: base, adapterDir: dir };
}

/** The base that an adapter names. @throws FoveaError `not_found` or of adapter_config.json */
export async function baseOf(dir: string, places: TowerPlaces): Promise<string> {
  const own = resolve(dir);
  const config = await readAdapterConfig(own);
  const name = config?.base ?? null;
  const explicit = `Give both: --model BASE --adapter ${own}`;
  if (name === null) {
    throw new FoveaError('not_found', 'the adapter does not say which base it is for', {
      where: join(own, ADAPTER_CONFIG),
      next: explicit,
    });
  }
  const found = (await folderNamed(own, name)) ?? (await towerFolder(own, name, places));
  if (found === null || !(await isFile(join(found, 'config.json')))) {
    const repository = /^[\w.-]+\/[\w.-]+$/.test(name);
    throw new FoveaError('not_found', `the adapter's base ${name} is not on this machine`, {
      where: join(own, ADAPTER_CONFIG),
      next: repository
        ? `Download it (fovea model download ${name}), or give both: --model BASE --adapter ${own}`
        : explicit,
    });
  }
  await refuseOtherRevision(found, config?.revision ?? null, explicit);
  return found;
}

/** A folder by its path: absolute, or from the adapter's folder or the one around it. */
async function folderNamed(dir: string, name: string): Promise<string | null> {
  const places = isAbsolute(name) ? [name] : [join(dir, name), join(dirname(dir), name)];
  for (const place of places) {
    if (resolve(place) !== dir && (await hasTensors(place))) return resolve(place);
  }
  return null;
}

/** A snapshot's folder is called by its commit, a download's ends in it; other folders do not say what they are. */
async function refuseOtherRevision(found: string, revision: string | null, next: string): Promise<void> {
  if (revision === null || revision === 'main') return;
  const name = basename(found);
  const refs = join(dirname(dirname(found)), 'refs', revision);
  const commit = ((await readSmallText(refs)) ?? revision).trim();
  if (name === commit || name.endsWith(`@${commit}`)) return;
  throw new FoveaError('not_found', `the adapter asks for revision ${revision} of its base`, {
    where: found,
    next,
  });
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}
