/** The dashboard's numbers as the main side last counted them, counted anew while somebody looks and things change. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type {
  DashboardAnswers,
  DashboardCounts,
  DashboardShapes,
  DashboardSpeed,
  DashboardTags,
} from '../../src-shared/contract/procedures.ts';
import type { Session } from '../shell/session.svelte.ts';
import { readChoice, store } from '../shell/stored.dom.ts';
import { lastInput, measureUntilDrawn } from '../shell/timings.dom.ts';

/** Decisions can come each second; of a project that takes long to count, most of the time is left to other work. */
const PAUSE_MS = 1_000;
const PAUSE_PER_COUNT = 8;

/** Where the samples of a number are shown. */
export const SHOWN_IN = ['gallery', 'review'] as const;
export type ShownIn = (typeof SHOWN_IN)[number];

export interface DashboardNumbers {
  readonly counts: DashboardCounts;
  readonly shapes: DashboardShapes;
  readonly tags: DashboardTags;
  readonly answers: DashboardAnswers;
  readonly speed: DashboardSpeed;
}

export class Dashboard {
  readonly #session: Session;
  /** Null until the first answer. */
  numbers = $state.raw<DashboardNumbers | null>(null);
  /** Why the last count failed; numbers of an earlier one stay. */
  problem = $state.raw<FoveaError | null>(null);
  shownIn = $state<ShownIn>(readChoice('dashboardShownIn', SHOWN_IN, 'gallery'));
  /** Of the project that was counted. */
  #path: string | undefined;
  #watched = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #asked = 0;
  #tookMs = 0;

  constructor(session: Session) {
    this.#session = session;
    const { client } = session;
    for (const event of [
      'sample.changed',
      'samples.changed',
      'outcomes.changed',
      'batch.changed',
      'project.changed',
    ] as const)
      client.on(event, () => this.#soon());
    client.onConnection((open) => {
      if (open) this.#soon();
    });
  }

  /** Counts the project at `path` now, and again after each change until the returned function is called. */
  watch(path: string | undefined): () => void {
    if (path !== this.#path) {
      // Numbers of another project are never shown, not even until the new ones are there.
      this.#asked++;
      this.numbers = null;
      this.problem = null;
      this.#path = path;
    }
    this.#watched = true;
    const start = lastInput();
    void this.count().then(() => measureUntilDrawn('dashboard', start));
    return () => {
      this.#watched = false;
      if (this.#timer) clearTimeout(this.#timer);
      this.#timer = null;
    };
  }

  /** One after the other, so that what a reviewer asks for meanwhile goes between. */
  async count(): Promise<void> {
    const asked = ++this.#asked;
    const { client, reviewer } = this.#session;
    const start = performance.now();
    try {
      const counts = await client.call('dashboard.counts', {});
      const shapes = await client.call('dashboard.shapes', {});
      const speed = await client.call('dashboard.speed', { reviewer });
      const tags = await client.call('dashboard.tags', {});
      const answers = await client.call('dashboard.answers', {});
      if (asked !== this.#asked) return;
      this.numbers = { counts, shapes, tags, answers, speed };
      this.problem = null;
      this.#tookMs = performance.now() - start;
    } catch (thrown) {
      if (asked === this.#asked) this.problem = FoveaError.from(thrown);
    }
  }

  setShownIn(page: ShownIn): void {
    this.shownIn = page;
    store('dashboardShownIn', page);
  }

  #soon(): void {
    if (!this.#watched || this.#timer) return;
    const pause = Math.max(PAUSE_MS, PAUSE_PER_COUNT * this.#tookMs);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.count();
    }, pause);
  }
}

export const [getDashboard, setDashboard] = createContext<Dashboard>();
