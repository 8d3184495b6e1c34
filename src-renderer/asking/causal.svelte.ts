/** The causal check of the sample on screen, with how far it is; another sample ends it. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { CausalCheck } from '../../src-shared/contract/inspect.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import type { Session } from '../shell/session.svelte.ts';

export class Causal {
  readonly #session: Session;
  readonly #slot: string;
  #predictionId: number | null = null;
  #seed = 0;

  progress = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  check = $state.raw<CausalCheck | null>(null);
  problem = $state.raw<FoveaError | null>(null);

  constructor(session: Session, slot: string) {
    this.#session = session;
    this.#slot = slot;
    session.client.on('inspect.progress', ({ slot: whose, done, total }) => {
      if (whose === slot && this.progress) this.progress = { done, total };
    });
  }

  follow(predictionId: number | null): void {
    if (predictionId === this.#predictionId) return;
    this.#predictionId = predictionId;
    if (this.progress) void this.cancel();
    this.progress = this.check = this.problem = null;
    this.#seed = 0;
  }

  /** Each check draws other control boxes. */
  async run(box: SourceXyxy): Promise<void> {
    const predictionId = this.#predictionId;
    if (predictionId === null || this.progress) return;
    this.progress = { done: 0, total: 12 };
    this.problem = null;
    try {
      const check = await this.#session.client.call('inspect.causal', {
        slot: this.#slot,
        predictionId,
        box: [box[0], box[1], box[2], box[3]],
        seed: this.#seed++,
      });
      if (predictionId === this.#predictionId) this.check = check;
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (predictionId === this.#predictionId && error.code !== 'cancelled') this.problem = error;
    }
    if (predictionId === this.#predictionId) this.progress = null;
  }

  async cancel(): Promise<void> {
    await this.#session.client
      .call('inspect.cancel', { slot: this.#slot, kind: 'causal' })
      .catch(() => undefined);
  }
}

export const [getCausal, setCausal] = createContext<Causal>();
