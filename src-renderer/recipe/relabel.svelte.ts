/** The recipe on trial applied to many samples: what it would change, the job, and the way back. */
import { createContext } from 'svelte';
import type { Job } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ProcedureInput, SampleFilter } from '../../src-shared/contract/procedures.ts';
import { withChunk, type Chunk, type Preview } from './preview.ts';
import type { Recipe } from './recipe.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { RecipeTrial } from './recipe.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

export type RelabelScope = 'filter' | 'project';

interface Wish {
  readonly runId: number;
  readonly recipe: Recipe;
  readonly filter: SampleFilter | null;
}

/** What was applied last, until something else is or it was undone. */
export interface Applied {
  readonly name: string;
  readonly done: number;
  readonly runId: number;
}

export class Relabel {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #trial: RecipeTrial;
  readonly #notices: Notices;
  #wish: Wish | null = null;
  /** Answers to earlier questions are thrown away. */
  #asked = 0;
  /** The job under way. */
  #job: (Omit<Applied, 'done'> & { readonly id: number }) | null = null;

  /** Look again where the crop changes. */
  answerAgain = $state(false);
  scope = $state<RelabelScope>('filter');
  preview = $state.raw<Preview | null>(null);
  running = $state(false);
  busy = $state(false);
  error = $state.raw<FoveaError | null>(null);
  last = $state.raw<Applied | null>(null);

  constructor(session: Session, queue: Queue, trial: RecipeTrial, notices: Notices) {
    this.#session = session;
    this.#queue = queue;
    this.#trial = trial;
    this.#notices = notices;
    session.client.on('job.changed', (job) => this.#heard(job));
  }

  /** Begins to look at what the recipe on the dials would change. */
  ask(scope: RelabelScope): void {
    const { run, recipe } = this.#trial;
    if (!run || !recipe) return;
    this.scope = scope;
    this.#wish = { runId: run.id, recipe, filter: scope === 'filter' ? this.#queue.filter : null };
    this.preview = null;
    this.error = null;
    void this.#look(this.#wish);
  }

  /** Stops looking; what was found so far stays. */
  stop(): void {
    this.#asked++;
    this.running = false;
  }

  /** @returns whether the job was queued */
  async apply(): Promise<boolean> {
    if (!this.#wish) return false;
    this.stop();
    this.busy = true;
    this.error = null;
    const { runId, recipe, filter } = this.#wish;
    try {
      const { labels, roi } = recipe;
      const { answerAgain } = this;
      const made = await this.#session.client.call('recipes.apply', {
        runId,
        labels,
        roi,
        filter,
        answerAgain,
      });
      this.#job = { id: made.job.id, name: made.presetName, runId: made.runId };
      this.last = null;
      // A quick job may have ended before its number was known here.
      const known = this.#session.jobs.find(({ id }) => id === made.job.id);
      if (known) this.#heard(known);
      return true;
    } catch (thrown) {
      this.error = FoveaError.from(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** What nobody decided on meanwhile shows what it showed before again. */
  async undo(): Promise<void> {
    if (!this.last) return;
    this.busy = true;
    try {
      await this.#session.client.call('runs.takeBack', { runId: this.last.runId });
      this.last = null;
      this.#session.refreshSoon();
    } catch (thrown) {
      this.#notices.error(thrown);
    } finally {
      this.busy = false;
    }
  }

  /** Once it is done the recipe holds: there is nothing left to try. */
  #heard({ id, state, done }: Job): void {
    if (!this.#job || id !== this.#job.id || state === 'queued' || state === 'running') return;
    const { name, runId } = this.#job;
    this.#job = null;
    this.last = { name, done, runId };
    if (state === 'done') this.#trial.reset();
  }

  async #look(wish: Wish): Promise<void> {
    const asked = ++this.#asked;
    this.running = true;
    const { runId, filter, recipe } = wish;
    const { labels, roi } = recipe;
    try {
      let after: number | null = 0;
      while (after !== null) {
        const request: ProcedureInput<'recipes.preview'> = { runId, labels, roi, filter, after };
        const chunk: Chunk = await this.#session.client.call('recipes.preview', request);
        if (asked !== this.#asked) return;
        this.preview = withChunk(this.preview, chunk);
        after = chunk.next;
      }
    } catch (thrown) {
      if (asked === this.#asked) this.error = FoveaError.from(thrown);
    }
    if (asked === this.#asked) this.running = false;
  }
}

export const [getRelabel, setRelabel] = createContext<Relabel>();
