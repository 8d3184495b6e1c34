/** The filter panel: whether it is open, and what there is to filter by, counted anew while it is open. */
import { createContext } from 'svelte';
import type { Facets, Histograms } from '../../src-shared/contract/procedures.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Queue } from './queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

const PAUSE_MS = 500;

export class Finding {
  readonly #session: Session;
  readonly #queue: Queue;
  /** Answers to earlier filters are thrown away. */
  #asked = 0;
  open = $state(false);
  /** A column shows it for good. */
  column = $state(false);
  /** Null until they were counted for the first time. */
  facets = $state.raw<Facets | null>(null);
  /** How each number is distributed under the filter; null until it was counted. */
  histograms = $state.raw<Histograms | null>(null);
  error = $state.raw<FoveaError | null>(null);
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(session: Session, queue: Queue) {
    this.#session = session;
    this.#queue = queue;
    const changes = [
      'flags.changed',
      'tags.changed',
      'notes.changed',
      'sample.changed',
      'samples.changed',
    ] as const;
    for (const change of changes) session.client.on(change, () => this.#soon());
    session.client.on('batch.changed', () => this.#soon());
  }

  toggle(): void {
    this.open = !this.open;
  }

  /** Counts under the filter that is in force. */
  async count(): Promise<void> {
    const asked = ++this.#asked;
    const { filter } = this.#queue;
    try {
      const facets = await this.#session.client.call('samples.facets', { filter });
      if (asked !== this.#asked) return;
      this.facets = facets;
      const histograms = await this.#session.client.call('samples.histograms', { filter });
      if (asked !== this.#asked) return;
      this.histograms = histograms;
      this.error = null;
    } catch (thrown) {
      if (asked === this.#asked) this.error = FoveaError.from(thrown);
    }
  }

  /** Many changes at once count once. */
  #soon(): void {
    if (!this.open && !this.column) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.count();
    }, PAUSE_MS);
  }
}

export const [getFinding, setFinding] = createContext<Finding>();
