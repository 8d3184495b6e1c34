/**
 * Why samples are rejected: the project's short list, and which sample the reason is for. Whoever presses X is not held up: the
 * reason may be said first, or after it, of the sample on screen or of the one that was rejected last.
 */
import { createContext } from 'svelte';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import type { Desk } from '../deciding/desk.svelte.ts';

export class Rejecting {
  readonly #session: Session;
  readonly #desk: Desk;
  readonly #notices: Notices;
  /** What is offered, by digits from 1 on. */
  reasons = $state.raw<readonly string[]>([]);
  /** The sample that a reason is asked for; null: the one on screen is rejected with it. */
  askedFor = $state<number | null>(null);

  constructor(session: Session, desk: Desk, notices: Notices) {
    this.#session = session;
    this.#desk = desk;
    this.#notices = notices;
    session.client.on('rejectReasons.changed', ({ reasons }) => (this.reasons = reasons));
  }

  /** The sample that was rejected last, as long as nothing else was decided since, and why: null, nobody said. */
  get last(): Desk['lastRejected'] {
    return this.#desk.lastRejected;
  }

  /** Another project has a list of its own. */
  async load(): Promise<void> {
    this.reasons = [];
    try {
      this.reasons = await this.#session.client.call('rejectReasons.list', {});
    } catch {
      // The connection banner says so; any reason can be written meanwhile.
    }
  }

  /** Begins to reject the sample on screen for a reason. @returns whether there is one to reject */
  first(): boolean {
    if (this.#session.refusesWriting() || !this.#desk.mayDecide()) return false;
    this.askedFor = null;
    return true;
  }

  /** Begins to say why a sample was rejected. @returns whether there is one that was */
  after(): boolean {
    if (this.#session.refusesWriting()) return false;
    const { bundle } = this.#desk;
    const here = bundle && this.#desk.state === 'rejected' ? bundle.detail.id : null;
    this.askedFor = here ?? this.last?.sampleId ?? null;
    if (this.askedFor === null)
      this.#notices.info('Nothing was just rejected', 'Shift+X rejects this sample with a reason');
    return this.askedFor !== null;
  }

  /** The reason that was asked for. */
  say(reason: string): void {
    const words = reason.trim();
    if (words === '') return;
    if (this.askedFor === null) this.#desk.reject(words);
    else this.#desk.giveReason(this.askedFor, words);
  }

  /** Offers these from now on, in this project. @returns whether that is saved */
  async offer(reasons: readonly string[]): Promise<boolean> {
    try {
      this.reasons = await this.#session.client.call('rejectReasons.set', { reasons: [...reasons] });
      return true;
    } catch (thrown) {
      this.#notices.error(thrown);
      return false;
    }
  }
}

export const [getRejecting, setRejecting] = createContext<Rejecting>();
