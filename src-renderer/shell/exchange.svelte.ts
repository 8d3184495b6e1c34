/** An import or an export under way: how far it is, how it ended; it goes on while its dialog is closed. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Session } from '../shell/session.svelte.ts';

export class Exchange<Report> {
  readonly #session: Session;
  readonly #slot: string;
  working = $state(false);
  cancelling = $state(false);
  /** Lines read or samples looked at, of how many; null before the first word. */
  progress = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  report = $state.raw<Report | null>(null);
  error = $state.raw<FoveaError | null>(null);

  /** @param slot a name of its own: two that share one cancel each other */
  constructor(session: Session, slot: string) {
    this.#session = session;
    this.#slot = slot;
    session.client.on('exchange.progress', ({ slot: told, done, total }) => {
      if (told === slot && this.working) this.progress = { done, total };
    });
  }

  /**
   * Does the call that `start` makes for the slot.
   * @returns its report; null when it failed (`error` says why) or when `start` found that something must be asked first
   */
  async run(start: (slot: string) => Promise<Report | null>): Promise<Report | null> {
    if (this.working) return null;
    this.clear();
    this.working = true;
    try {
      this.report = await start(this.#slot);
    } catch (thrown) {
      this.error = FoveaError.from(thrown);
    }
    this.working = this.cancelling = false;
    this.progress = null;
    return this.report;
  }

  /** Asks for an end; {@link run} then fails with `cancelled`. */
  async cancel(): Promise<void> {
    this.cancelling = true;
    try {
      await this.#session.client.call('exchange.cancel', { slot: this.#slot });
    } catch (thrown) {
      this.cancelling = false;
      this.error = FoveaError.from(thrown);
    }
  }

  /** Forgets how the last one ended. */
  clear(): void {
    if (this.working) return;
    this.report = this.error = null;
  }
}
