/** The search for near-duplicates, for as long as the page is there. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { NEAR_DEFAULT, NEAR_LEAST, type NearDuplicates } from '../../src-shared/contract/procedures.ts';
import type { Session } from '../shell/session.svelte.ts';
import { readNumber, store } from '../shell/stored.dom.ts';

export class NearSearch {
  readonly #session: Session;
  #asked = 0;
  threshold = $state(Math.min(1, Math.max(NEAR_LEAST, readNumber('nearThreshold', NEAR_DEFAULT))));
  busy = $state(false);
  progress = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  problem = $state.raw<FoveaError | null>(null);
  found = $state.raw<NearDuplicates | null>(null);

  constructor(session: Session) {
    this.#session = session;
    session.client.on('embeddings.progress', ({ slot, done, total }) => {
      if (slot === session.slot && this.busy) this.progress = { done, total };
    });
  }

  setThreshold(value: number): void {
    this.threshold = value;
    store('nearThreshold', value);
  }

  async search(): Promise<void> {
    const asked = ++this.#asked;
    this.busy = true;
    this.progress = this.problem = null;
    const { threshold } = this;
    try {
      const { client, slot } = this.#session;
      const found = await client.call('embeddings.nearDuplicates', { slot, threshold });
      if (asked === this.#asked) this.found = found;
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (asked === this.#asked && error.code !== 'cancelled') this.problem = error;
    }
    if (asked === this.#asked) this.busy = false;
  }

  stop(): void {
    this.#session.client.call('embeddings.stop', { slot: this.#session.slot }).catch(() => undefined);
  }

  /** Another project. */
  clear(): void {
    this.#asked++;
    this.busy = false;
    this.found = this.problem = this.progress = null;
  }
}

export const [getNearSearch, setNearSearch] = createContext<NearSearch>();
