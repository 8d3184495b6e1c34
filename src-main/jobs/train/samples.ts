/** The frozen list of a run as its loop asks for it: labels from the project, features from where they are kept. */
import { rm } from 'node:fs/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine } from '../../engine/protocol.ts';
import type { FeatureKey } from '../../features/key.ts';
import type { Project } from '../../store/file/project.ts';
import { getSample } from '../../store/samples/sample.ts';
import {
  requirePicturesAlike,
  requireSamplesThere,
  trainingExamples,
  type TrainingExample as StoredExample,
} from '../../store/training/training-sample.ts';
import type { TrainingExample } from '../../training/protocol.ts';
import { type Computing, computeFeatures, placeOf } from '../features/compute.ts';
import { type FeatureSource, ProjectFeatures } from '../features/project-features.ts';

/** So often work is begun whose features are lost under it. */
const MOST_TIMES = 5;

export class RunSamples {
  readonly #project: Project;
  readonly #trainingRun: number;
  readonly #computing: Computing;

  private constructor(project: Project, trainingRun: number, computing: Computing) {
    this.#project = project;
    this.#trainingRun = trainingRun;
    this.#computing = computing;
  }

  /** Errors as `ProjectFeatures.open`. */
  static async open(
    project: Project,
    engine: Engine,
    trainingRun: number,
    source: FeatureSource,
    signal: AbortSignal,
  ): Promise<RunSamples> {
    const features = await ProjectFeatures.open(project, source);
    return new RunSamples(project, trainingRun, { project, engine, features, signal, deathsInARow: 0 });
  }

  /**
   * Does `work` with these samples in their order and features that are there now: computed where they are not kept, or not any
   * more. Where `work` finds those of a sample gone or damaged (`not_found` of their path) it is done again with new ones.
   * @throws FoveaError `conflict` where a sample, its label or its picture is another than in the list, and what computing and
   *   `work` throw
   */
  async using<T>(
    ids: readonly number[],
    work: (examples: (StoredExample & TrainingExample)[]) => Promise<T>,
  ): Promise<T> {
    for (let times = 1; ; times++) {
      const examples = await this.#examples(ids);
      try {
        return await work(examples);
      } catch (thrown) {
        const error = FoveaError.from(thrown);
        const of = examples.find(({ features }) => features === error.where);
        if (!of) throw thrown;
        // Somebody who deletes them faster than they are computed has to be told.
        if (error.code !== 'not_found' || times === MOST_TIMES) throw this.#ofSample(error, of.sampleId);
        await rm(of.features, { force: true }).catch(() => undefined);
      }
    }
  }

  /** People know a sample by its number and name. */
  #ofSample({ code, message, next }: FoveaError, id: number): FoveaError {
    const where = `sample ${id}, ${getSample(this.#project.db, id).externalId}`;
    return new FoveaError(code, message, { where, next });
  }

  async #examples(ids: readonly number[]): Promise<(StoredExample & TrainingExample)[]> {
    const { db } = this.#project;
    const stored = trainingExamples(db, this.#trainingRun, ids);
    const keys: FeatureKey[] = [];
    for (const id of ids) keys.push((await placeOf(this.#computing, id)).key);
    // The pictures were looked at just now: those that are others since the list was made are known.
    requirePicturesAlike(db, this.#trainingRun, ids);
    const examples: (StoredExample & TrainingExample)[] = [];
    for (const [i, example] of stored.entries()) {
      examples.push({ ...example, features: await this.#features(example.sampleId, keys[i]!) });
    }
    return examples;
  }

  /**
   * Computes what is missing for all of them, questions on one picture one after the other.
   * @throws FoveaError `conflict` when a sample of the list was removed since, or its picture replaced, and what computing throws
   */
  async prepare(ids: readonly number[], onProgress: (done: number, total: number) => void): Promise<void> {
    const { db } = this.#project;
    requireSamplesThere(db, this.#trainingRun);
    const { store } = this.#computing.features;
    const byPicture = ids
      .map((id) => ({ id, image: getSample(db, id).imageId }))
      .sort((a, b) => a.image - b.image || a.id - b.id);
    for (const [done, { id }] of byPicture.entries()) {
      if (this.#computing.signal?.aborted) return;
      onProgress(done, ids.length);
      const { key } = await placeOf(this.#computing, id);
      requirePicturesAlike(db, this.#trainingRun, [id]);
      const bytes = (await store.bytesOf(key)) ?? (await computeFeatures(this.#computing, id)).length;
      // What does not fit is computed ahead of its step instead, again and again.
      if (done === 0 && bytes * ids.length > store.budgetBytes) return;
    }
    onProgress(ids.length, ids.length);
  }

  async #features(id: number, key: FeatureKey): Promise<string> {
    const { store } = this.#computing.features;
    const path = store.pathOf(key);
    if (await store.has(key)) return path;
    const { length } = await computeFeatures(this.#computing, id);
    // Who deletes it meanwhile is found out by whoever reads it.
    if (length <= store.budgetBytes) return path;
    throw new FoveaError('no_space', `the features of sample ${id} are above what may be kept`, {
      next: 'Give them more room: --keep-features=GB',
    });
  }
}
