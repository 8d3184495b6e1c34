/**
 * Compares pictures in a thread: 100,000 of them take some 20 ms one against all, and minutes all against all. The thread stays for
 * as long as somebody asks, with the embeddings in its memory.
 */
import type {
  EmbeddingPlane,
  EmbeddingStatus,
  Measure,
  NearDuplicates,
  SampleFilter,
  SimilarPictures,
} from '../../../src-shared/contract/procedures.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { threadEntry } from '../../files/thread-entry.ts';
import type { Project } from '../../store/file/project.ts';
import { LastingThread, type ThreadHooks } from '../lasting-thread.ts';
import { type EmbeddingAnswer, fromEmbeddingThreadSchema, type ToEmbeddingThread } from './wire.ts';

const ENTRY = threadEntry('embedding-thread', new URL('./thread.ts', import.meta.url));

type Task<T> = T extends unknown ? Omit<T, 'id' | 'stop'> : never;
type Output<A extends EmbeddingAnswer['action']> = Extract<EmbeddingAnswer, { action: A }>['output'];

/** Each may throw FoveaError `cancelled` by the signal, `internal` when the thread dies, and what the project's files say. */
export class PictureComparer {
  readonly #project: Project;
  readonly #thread = new LastingThread<Task<ToEmbeddingThread>, { readonly answer: EmbeddingAnswer }>(
    ENTRY,
    (raw) => fromEmbeddingThreadSchema.parse(raw),
    'comparing pictures',
  );

  constructor(project: Project) {
    this.#project = project;
  }

  status(hooks: ThreadHooks): Promise<Omit<EmbeddingStatus, 'refused'>> {
    return this.#ask({ action: 'status', projectPath: this.#project.path }, hooks);
  }

  /** @throws FoveaError also `not_found` without such a sample */
  similar(sampleId: number, limit: number, hooks: ThreadHooks): Promise<SimilarPictures> {
    return this.#ask({ action: 'similar', projectPath: this.#project.path, sampleId, limit }, hooks);
  }

  /** @throws FoveaError also `bad_input` where nothing was encoded */
  nearDuplicates(threshold: number, hooks: ThreadHooks): Promise<NearDuplicates> {
    return this.#ask({ action: 'nearDuplicates', projectPath: this.#project.path, threshold }, hooks);
  }

  /** @throws FoveaError also `bad_input` where nothing was encoded */
  plane(filter: SampleFilter, measure: Measure | null, hooks: ThreadHooks): Promise<EmbeddingPlane> {
    return this.#ask({ action: 'plane', projectPath: this.#project.path, filter, measure }, hooks);
  }

  /** The thread ends once nobody waits for it any more. */
  end(): void {
    this.#thread.end();
  }

  async #ask<A extends EmbeddingAnswer['action']>(
    task: Extract<Task<ToEmbeddingThread>, { action: A }>,
    hooks: ThreadHooks,
  ): Promise<Output<A>> {
    const { answer } = await this.#thread.ask(task, hooks);
    if (answer.action !== task.action)
      throw new FoveaError('internal', `the thread answered ${answer.action}`);
    return answer.output as Output<A>;
  }
}
