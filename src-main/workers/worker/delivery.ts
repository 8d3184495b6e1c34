/**
 * Results on their way to the queue while the next sample is labelled: a slow link holds the model up only when as many wait as may.
 * Where the database is away they are kept and sent when it is back.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { persist } from '../queue/persist.ts';

/** Results that may be on their way at once. */
const MOST = 8;

export class Delivery {
  readonly #onWaiting: (reason: string | null) => void;
  readonly #under = new Set<Promise<void>>();
  #failure: FoveaError | null = null;

  /** @param onWaiting hears why something waits for the database; null: it no longer does */
  constructor(onWaiting: (reason: string | null) => void) {
    this.#onWaiting = onWaiting;
  }

  /** Sends in the background; waits while too many are on their way. @throws FoveaError what an earlier one failed of */
  async send(body: () => Promise<void>): Promise<void> {
    while (this.#under.size >= MOST) await Promise.race(this.#under);
    if (this.#failure) throw this.#failure;
    const sent = persist(body, this.#onWaiting)
      .catch((thrown: unknown) => void (this.#failure ??= FoveaError.from(thrown)))
      .finally(() => this.#under.delete(sent));
    this.#under.add(sent);
  }

  /** Waits until all are there. @throws FoveaError what one failed of */
  async settled(): Promise<void> {
    while (this.#under.size > 0) await Promise.all(this.#under);
    if (this.#failure) throw this.#failure;
  }
}
