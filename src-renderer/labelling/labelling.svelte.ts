/** Labelling many samples: asked about first, in numbers; the runs it made, and the way back from one. */
import { createContext } from 'svelte';
import type { Job } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import {
  NO_FILTER,
  type LabelPreview,
  type LabelScope,
  type LabelWish,
  type RunStanding,
} from '../../src-shared/contract/procedures.ts';
import { FeatureKeeping } from './keeping.svelte.ts';
import { changeWords, stoppedRun } from './labelling.ts';
import { scopeOf } from '../queue/selection.ts';
import type { Choosing } from '../queue/choosing.svelte.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { samplesWords } from '../ui/words.ts';

/** What to label with; which samples is asked. */
export type LabelWith = Omit<LabelWish, 'scope'> | { readonly anewRunId: number };
export type LabelChoice = 'undecided' | 'filter' | 'selection';

export class Labelling {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #choosing: Choosing;
  readonly #notices: Notices;
  /** Answers to earlier questions are thrown away. */
  #asked = 0;
  #loaded = 0;
  /** What {@link key} was when the runs were asked for: counts of before a job's end are not shown after it. */
  #knownKey = $state('');
  #onBegin: (job: Job) => void = () => undefined;

  readonly keeping: FeatureKeeping;

  /** What is asked about; null: nothing. */
  wish = $state.raw<LabelWith | null>(null);
  choice = $state<LabelChoice>('undecided');
  /** Null until it is counted. */
  preview = $state.raw<LabelPreview | null>(null);
  error = $state.raw<FoveaError | null>(null);
  busy = $state(false);
  /** The runs, the newest first; null before they were asked for. */
  runs = $state.raw<readonly RunStanding[] | null>(null);
  runsError = $state.raw<FoveaError | null>(null);
  /** The stopped run that somebody leaves as it is, in this window. */
  #leftRunId = $state<number | null>(null);

  readonly stopped = $derived.by(() => {
    if (this.#knownKey !== this.key) return null;
    const found = stoppedRun(this.runs ?? []);
    return found?.run.id === this.#leftRunId ? null : found;
  });

  /** Opens the dialog that asks. */
  onshow: () => void = () => undefined;
  /** What the list of models calls the one in a folder; null where it is not in there. */
  nameOfModel: (dir: string) => string | null = () => null;

  constructor(session: Session, queue: Queue, choosing: Choosing, notices: Notices) {
    this.#session = session;
    this.#queue = queue;
    this.#choosing = choosing;
    this.#notices = notices;
    this.keeping = new FeatureKeeping(session);
  }

  /** The choices there are: a filter or a selection only while there is one. */
  get choices(): { readonly choice: LabelChoice; readonly words: string; readonly count: number | null }[] {
    return [
      { choice: 'undecided', words: 'Every undecided sample', count: null },
      ...(this.#queue.filtered
        ? [{ choice: 'filter' as const, words: 'Samples in the filter', count: this.#queue.total }]
        : []),
      ...(this.#choosing.chosen > 0
        ? [{ choice: 'selection' as const, words: 'Selected in the gallery', count: this.#choosing.chosen }]
        : []),
    ];
  }

  /** Begins to ask; nothing is labelled before {@link begin}. `onBegin` hears of the job. */
  ask(wish: LabelWith, onBegin: (job: Job) => void = () => undefined): void {
    this.wish = wish;
    this.#onBegin = onBegin;
    this.keeping.reset();
    this.choose('undecided');
    this.onshow();
  }

  choose(choice: LabelChoice): void {
    this.choice = choice;
    void this.#count();
  }

  /** @returns whether the job was queued */
  async begin(): Promise<boolean> {
    const { wish } = this;
    if (!wish) return false;
    this.busy = true;
    this.error = null;
    try {
      const { client } = this.#session;
      const scope = this.#scope();
      const keep = this.keeping.wish;
      const job =
        'anewRunId' in wish
          ? await client.call('jobs.labelAnew', { runId: wish.anewRunId, scope, ...keep })
          : await client.call('jobs.label', { ...wish, scope, ...keep });
      this.#leftRunId = null;
      this.#onBegin(job);
      return true;
    } catch (thrown) {
      this.error = FoveaError.from(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Changes when runs have to be asked for again: another project, run or name, or a job that began or ended. */
  get key(): string {
    const { project, jobs } = this.#session;
    const [queued, running] = ['queued', 'running'].map(
      (of) => jobs.filter(({ state }) => state === of).length,
    );
    const { path, activeRunId, runs = [] } = project ?? {};
    const names = runs.map(({ id, name }) => `${id} ${name ?? ''}`).join('\t');
    return [path, activeRunId, names, jobs.length, queued, running].join('\n');
  }

  async loadRuns(): Promise<void> {
    const turn = ++this.#loaded;
    const { key } = this;
    try {
      const runs = await this.#session.client.call('runs.list', {});
      if (turn !== this.#loaded) return;
      this.runs = runs;
      this.#knownKey = key;
      this.runsError = null;
    } catch (thrown) {
      if (turn === this.#loaded) this.runsError = FoveaError.from(thrown);
    }
  }

  /** What nobody decided on shows what it showed before the run; offers the way back from that. */
  takeBack(runId: number): Promise<void> {
    return this.#changing(async () => {
      const change = await this.#session.client.call('runs.takeBack', { runId });
      const undo = { words: 'Undo', run: () => void this.putBack(runId) };
      this.#notices.offer(`Run ${runId} is taken back. ${changeWords(change)}`, undo);
    });
  }

  putBack(runId: number): Promise<void> {
    return this.#changing(async () => {
      const { changed } = await this.#session.client.call('runs.putBack', { runId });
      this.#notices.info(`Run ${runId} is shown again on ${samplesWords(changed)}`);
    });
  }

  goOn(runId: number): Promise<void> {
    return this.#changing(async () => void (await this.#session.client.call('runs.goOn', { runId })));
  }

  /** Leaves a stopped run as it is. */
  leave(): void {
    this.#leftRunId = this.stopped?.run.id ?? null;
  }

  async #count(): Promise<void> {
    const { wish } = this;
    if (!wish) return;
    const turn = ++this.#asked;
    this.error = null;
    this.preview = null;
    try {
      const { client } = this.#session;
      const scope = this.#scope();
      const preview =
        'anewRunId' in wish
          ? await client.call('jobs.labelAnewPreview', { runId: wish.anewRunId, scope })
          : await client.call('jobs.labelPreview', { ...wish, scope });
      if (turn !== this.#asked) return;
      this.preview = preview;
      void this.keeping.ask(preview);
    } catch (thrown) {
      if (turn === this.#asked) this.error = FoveaError.from(thrown);
    }
  }

  #scope(): LabelScope {
    const { filter } = this.#queue;
    if (this.choice === 'filter') return { filter, ids: null, except: [] };
    if (this.choice === 'undecided') return { filter: NO_FILTER, ids: null, except: [] };
    return scopeOf(this.#choosing.selection, filter);
  }

  async #changing(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    try {
      await work();
      this.#session.refreshSoon();
      await this.loadRuns();
    } catch (thrown) {
      this.#notices.error(thrown);
    }
    this.busy = false;
  }
}

export const [getLabelling, setLabelling] = createContext<Labelling>();
