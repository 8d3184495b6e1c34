/** The kept features of one model in a project: where they lie, and which file is a sample's. */
import { join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { AUTHORS_PICTURE_RULES, type Preset } from '../../../src-shared/contract/preset.ts';
import { promptOf } from '../../checkpoint/reader/prompts.ts';
import type { EncodingsPlace, ModelInfo, ModelRef } from '../../engine/protocol.ts';
import { type FeatureKey, viewHash } from '../../features/key.ts';
import { FeatureStore } from '../../features/store.ts';
import type { Project } from '../../store/file/project.ts';
import { registeredPicture } from '../../store/pictures/version.ts';
import { modelFingerprint } from '../asking/model-fingerprint.ts';

/** What features are of. */
export interface FeatureSource {
  /** An RPN laid over it makes no difference: it reads them. */
  readonly model: ModelRef;
  /** Only its rules for pictures matter. */
  readonly preset: Preset;
  /** K. */
  readonly layer: number;
}

/** All kept features of a project. @param budgetBytes absent: what was said last, or 20 GB. Errors as `FeatureStore.open` */
export function projectFeatureStore(
  project: Pick<Project, 'path'>,
  budgetBytes?: number,
): Promise<FeatureStore> {
  return FeatureStore.open(featuresFolder(project), budgetBytes);
}

/** Where they lie. */
export function featuresFolder({ path }: Pick<Project, 'path'>): string {
  return join(path, 'cache', 'features');
}

/**
 * The layer whose input the model's RPN reads, or where it has none the one that the preset was made for.
 * @throws FoveaError `bad_input` where neither says one
 */
export function layerOf({ rpn, name }: Pick<ModelInfo, 'rpn' | 'name'>, preset: Preset): number {
  const layer = rpn?.k ?? preset.rpn?.k;
  if (layer !== undefined) return layer;
  throw new FoveaError(
    'bad_input',
    `features of ${name} cannot be kept: the layer that an RPN reads is not known`,
    {
      next: 'Lay an RPN over the model (--rpn DIR), or take a preset that says K (its "rpn")',
    },
  );
}

export class ProjectFeatures {
  readonly store: FeatureStore;
  readonly source: FeatureSource;
  readonly #project: Project;
  readonly #name: string;
  readonly #model: string;
  readonly #prompt: string;

  private constructor(
    project: Project,
    source: FeatureSource,
    store: FeatureStore,
    model: string,
    prompt: string,
  ) {
    this.#project = project;
    this.source = source;
    this.store = store;
    this.#name = nameOf(source.model);
    this.#model = model;
    this.#prompt = prompt;
  }

  /** Reads the small files of the model's folder. Errors as `modelFingerprint`, `promptOf` and `FeatureStore.open` */
  static async open(project: Project, source: FeatureSource, budgetBytes?: number): Promise<ProjectFeatures> {
    const { dir, adapterDir } = source.model;
    const base = { dir, ...(adapterDir === undefined ? {} : { adapterDir }) };
    const [model, { identity }] = await Promise.all([modelFingerprint(base), promptOf(base, null)]);
    const store = await projectFeatureStore(project, budgetBytes);
    return new ProjectFeatures(project, source, store, model, identity.sha256);
  }

  /** What is kept of this model and layer: how many, and their bytes. */
  async kept(): Promise<{ readonly count: number; readonly bytes: number }> {
    const { layer } = this.source;
    const all = await this.store.byModel();
    return all.find((one) => one.model === this.#model && one.layer === layer) ?? { count: 0, bytes: 0 };
  }

  /**
   * Where a sample's features lie or would. The picture was settled with its fingerprint just before (`pictureToShow`): its
   * registered content is the one that counts.
   */
  keyOf({ imageId, question }: { readonly imageId: number; readonly question: string }): FeatureKey {
    const { model, preset, layer } = this.source;
    const { sha256, bytes, mtimeMs, version } = registeredPicture(this.#project.db, imageId);
    const content = sha256
      ? Buffer.from(sha256).toString('hex')
      : // A project that is only looked at notes no fingerprint.
        `image ${imageId} version ${version}, ${bytes} bytes of ${mtimeMs}`;
    const view = viewHash({
      picture: 'own',
      rules: preset.picture ?? AUTHORS_PICTURE_RULES,
      prompt: this.#prompt,
      question,
      sha256: content,
      precision: model.precision ?? 'as-stored',
    });
    return { model: this.#model, layer, view };
  }

  /** Where the engine finds encodings of pictures, and keeps those that are not there yet. */
  encodings(write: boolean): EncodingsPlace {
    const { folder, budgetBytes } = this.store;
    return { folder, budgetBytes, model: this.#model, name: this.#name, write };
  }

  /** @returns false where one file is above the budget alone. Errors as `FeatureStore.put` */
  put(key: FeatureKey, features: Uint8Array): Promise<boolean> {
    return this.store.put(key, features, this.#name);
  }
}

/** As people call it: the last part of its folder, and the adapter's. */
function nameOf({ dir, adapterDir }: ModelRef): string {
  const last = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
  return adapterDir === undefined ? last(dir) : `${last(dir)} with ${last(adapterDir)}`;
}
