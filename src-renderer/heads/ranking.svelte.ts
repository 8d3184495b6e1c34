/** The heads ranked over samples of the list, for as long as the page is there. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { HeadRanking } from '../../src-shared/contract/procedures/analysis.ts';
import type { SampleFilter } from '../../src-shared/contract/procedures.ts';
import type { Session } from '../shell/session.svelte.ts';
import { indexOf, ranked } from './heads.ts';

/** As many as a person reviews in ten minutes; heads that look are far ahead by then. */
const SAMPLES = 30;

export class HeadRanker {
  readonly #session: Session;
  readonly #slot: string;
  #asked = 0;

  against = $state<HeadRanking['against']>('truth');
  /** At most so many. */
  samples = $state(SAMPLES);
  busy = $state(false);
  /** Samples measured, of how many. */
  progress = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  problem = $state.raw<FoveaError | null>(null);
  ranking = $state.raw<HeadRanking | null>(null);
  readonly best = $derived(this.ranking ? ranked(this.ranking) : []);

  constructor(session: Session, slot: string) {
    this.#session = session;
    this.#slot = slot;
    session.client.on('analysis.progress', ({ slot: of, done, total }) => {
      if (of === slot && this.busy) this.progress = { done, total };
    });
  }

  async rank(filter: SampleFilter): Promise<void> {
    const asked = ++this.#asked;
    this.busy = true;
    this.progress = this.problem = null;
    try {
      const { against, samples } = this;
      const wish = { slot: this.#slot, filter, against, samples };
      const ranking = await this.#session.client.call('analysis.rankHeads', wish);
      if (asked === this.#asked) this.ranking = ranking;
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (asked === this.#asked && error.code !== 'cancelled') this.problem = error;
    }
    if (asked === this.#asked) this.busy = false;
  }

  /** What was measured until now is the ranking. */
  stop(): void {
    this.#session.client.call('analysis.cancel', { slot: this.#slot }).catch(() => undefined);
  }

  /** A head's mean over the ranked samples; null: not ranked. */
  meanOf(layer: number, head: number): number | null {
    if (!this.ranking) return null;
    const index = indexOf(this.ranking, layer, head);
    return index === null ? null : (this.ranking.auc[index] ?? null);
  }
}

export const [getHeadRanker, setHeadRanker] = createContext<HeadRanker>();
