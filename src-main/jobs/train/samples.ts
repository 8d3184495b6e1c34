/** The frozen list of a run as its loop asks for it: labels from the project, features from where they are kept. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine } from '../../engine/protocol.ts';
import type { Project } from '../../store/file/project.ts';
import { getSample } from '../../store/samples/sample.ts';
import {
  requireSamplesThere,
  trainingExamples,
  type TrainingExample as StoredExample,
} from '../../store/training/training-sample.ts';
import type { TrainingExample } from '../../training/protocol.ts';
import { type Computing, computeFeatures, placeOf } from '../features/compute.ts';
import { type FeatureSource, ProjectFeatures } from '../features/project-features.ts';

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
   * These samples in their order, with features that are there now: computed where they are not kept, or not any more.
   * @throws FoveaError `not_found`, `conflict` where a sample or its label is another than in the list, and what computing throws
   */
  async examples(ids: readonly number[]): Promise<(StoredExample & TrainingExample)[]> {
    const stored = trainingExamples(this.#project.db, this.#trainingRun, ids);
    const examples: (StoredExample & TrainingExample)[] = [];
    for (const example of stored) {
      examples.push({ ...example, features: await this.#features(example.sampleId) });
    }
    return examples;
  }

  /**
   * Computes what is missing for all of them, questions on one picture one after the other.
   * @throws FoveaError `not_found` when a sample of the list was removed since, and what computing throws
   */
  async prepare(ids: readonly number[], onProgress: (done: number, total: number) => void): Promise<void> {
    requireSamplesThere(this.#project.db, this.#trainingRun);
    const { store } = this.#computing.features;
    const byPicture = ids
      .map((id) => ({ id, image: getSample(this.#project.db, id).imageId }))
      .sort((a, b) => a.image - b.image || a.id - b.id);
    for (const [done, { id }] of byPicture.entries()) {
      if (this.#computing.signal?.aborted) return;
      onProgress(done, ids.length);
      const bytes = await this.#sizeOf(id);
      // What does not fit is computed ahead of its step instead, again and again.
      if (done === 0 && bytes * ids.length > store.budgetBytes) return;
    }
    onProgress(ids.length, ids.length);
  }

  async #sizeOf(id: number): Promise<number> {
    const { store } = this.#computing.features;
    const { key } = await placeOf(this.#computing, id);
    return (await store.bytesOf(key)) ?? (await computeFeatures(this.#computing, id)).length;
  }

  async #features(id: number): Promise<string> {
    const { store } = this.#computing.features;
    const { key } = await placeOf(this.#computing, id);
    if (!(await store.has(key))) await computeFeatures(this.#computing, id);
    if (await store.has(key)) return store.pathOf(key);
    throw new FoveaError('no_space', `the features of sample ${id} are above what may be kept`, {
      next: 'Give them more room: --keep-features=GB',
    });
  }
}
