/** The jobs of the project, as far down as somebody looked, and the one that is looked at. */
import { createContext } from 'svelte';
import type { Job } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import {
  JOB_PAGE,
  type JobEntry,
  type JobFailures,
  type JobStep,
} from '../../src-shared/contract/procedures.ts';
import { later } from '../shell/later.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

/** Counting the items of large jobs takes the main side some time: not for every change. */
const SOON_MS = 500;

export class JobBoard {
  readonly #session: Session;
  readonly #notices: Notices;
  /** The newest first; null before the first answer. */
  jobs = $state.raw<readonly JobEntry[] | null>(null);
  /** Of the project: more than {@link jobs} where nobody looked further down. */
  total = $state(0);
  problem = $state.raw<FoveaError | null>(null);
  /** What the chosen job failed on; null while it is asked for, and where nothing failed. */
  failures = $state.raw<JobFailures | null>(null);
  failuresProblem = $state.raw<FoveaError | null>(null);
  busy = $state(false);
  #chosenId = $state<number | null>(null);
  #wanted = JOB_PAGE;
  #asked = 0;
  #path: string | undefined;
  #due = false;
  #failuresOf = '';

  readonly chosen = $derived(this.jobs?.find(({ id }) => id === this.#chosenId) ?? this.jobs?.[0] ?? null);
  readonly chosenIndex = $derived(this.chosen === null ? -1 : (this.jobs?.indexOf(this.chosen) ?? -1));

  /** Whether the page is looked at: only then it is kept as things are. */
  isShown: () => boolean = () => false;

  constructor(session: Session, notices: Notices) {
    this.#session = session;
    this.#notices = notices;
    const { client } = session;
    client.on('job.changed', (job) => this.#changed(job));
    client.on('jobs.changed', () => this.#soon());
    client.onConnection((open) => {
      if (open) this.#soon();
    });
  }

  /** Shows the jobs of the project at `path`. */
  watch(path: string | undefined): void {
    if (path !== this.#path) {
      this.#asked++;
      [this.jobs, this.total, this.problem, this.#chosenId] = [null, 0, null, null];
      [this.failures, this.failuresProblem, this.#failuresOf] = [null, null, ''];
      [this.#wanted, this.#path] = [JOB_PAGE, path];
    }
    void this.load();
  }

  async load(): Promise<void> {
    const asked = ++this.#asked;
    const jobs: JobEntry[] = [];
    try {
      let total = 0;
      do {
        const page = await this.#session.client.call('jobs.page', { skip: jobs.length, limit: JOB_PAGE });
        if (asked !== this.#asked) return;
        total = page.total;
        if (page.jobs.length === 0) break;
        // One that was queued meanwhile moves the others on.
        jobs.push(...page.jobs.filter(({ id }) => !jobs.some((known) => known.id === id)));
      } while (jobs.length < Math.min(total, this.#wanted));
      [this.jobs, this.total, this.problem] = [jobs, total, null];
      await this.#loadFailures();
    } catch (thrown) {
      if (asked === this.#asked) this.problem = FoveaError.from(thrown);
    }
  }

  /** Rows up to `end` are in sight: those that are not here yet are asked for. */
  need(end: number): void {
    const have = this.jobs?.length ?? 0;
    if (this.jobs === null || have >= this.total || end < have || this.#wanted > have) return;
    this.#wanted = have + JOB_PAGE;
    void this.load();
  }

  choose(id: number): void {
    this.#chosenId = id;
    void this.#loadFailures();
  }

  /** What is asked may lead to a new job, which is looked at then. */
  async ask(step: JobStep, id: number): Promise<void> {
    this.busy = true;
    try {
      const job = await this.#session.client.call(`jobs.${step}`, { id });
      this.#chosenId = job.id;
      await this.load();
    } catch (thrown) {
      this.#notices.error(thrown);
      this.#soon();
    } finally {
      this.busy = false;
    }
  }

  /** Numbers are shown as they come; what else changes with them is asked for. */
  #changed(job: Job): void {
    const before = this.jobs?.find(({ id }) => id === job.id);
    if (before && before.state === job.state && before.asked === job.asked) {
      const { total, done, failed, skipped, rate, etaSeconds } = job;
      const left = Math.max(0, total - done - failed);
      const now = { ...before, total, done, failed, skipped, rate, etaSeconds, left };
      this.jobs = this.jobs?.map((known) => (known.id === job.id ? now : known)) ?? null;
      if (job.id === this.chosen?.id && failed !== before.failed) this.#soon();
    } else this.#soon();
  }

  #soon(): void {
    if (this.jobs === null || this.#due || !this.isShown()) return;
    this.#due = true;
    later(() => {
      this.#due = false;
      void this.load();
    }, SOON_MS);
  }

  async #loadFailures(): Promise<void> {
    const job = this.chosen;
    const key = job === null || job.failed === 0 ? '' : `${job.id} ${job.failed}`;
    if (key === this.#failuresOf) return;
    // Those of the same job stay until there are more.
    if (key === '' || key.split(' ')[0] !== this.#failuresOf.split(' ')[0]) this.failures = null;
    this.failuresProblem = null;
    this.#failuresOf = key;
    if (job === null || key === '') return;
    try {
      const failures = await this.#session.client.call('jobs.failures', { id: job.id });
      if (key === this.#failuresOf) this.failures = failures;
    } catch (thrown) {
      if (key !== this.#failuresOf) return;
      this.#failuresOf = '';
      this.failuresProblem = FoveaError.from(thrown);
    }
  }
}

export const [getJobBoard, setJobBoard] = createContext<JobBoard>();
