/** Short messages that need no answer: what failed or finished, and what to do next. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { nextInPage } from '../ui/next-words.ts';
import { sentence } from '../ui/words.ts';

/** What a notice offers to do, such as undoing what it tells of. */
export interface Offer {
  readonly words: string;
  readonly run: () => void;
}

/** A notice with an offer that is made. */
export interface Offered {
  withdraw(): void;
}

export interface Notice {
  readonly id: number;
  readonly kind: 'info' | 'error';
  readonly text: string;
  readonly next: string | null;
  readonly offer: Offer | null;
}

const INFO_MS = 5_000;
/** A button needs time to be reached. */
const OFFER_MS = 12_000;

export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #lastId = 0;

  /** @returns its number, to dismiss it */
  info(text: string, next: string | null = null): number {
    const known = this.list.find((notice) => notice.text === text);
    if (known) return known.id;
    const id = this.#add('info', text, next);
    this.#expire(id, INFO_MS);
    return id;
  }

  /**
   * Tells what was done, with a way back or on. It stays a while, and longer while it is pointed at or focused; whoever
   * offers withdraws it when what it would take back is taken back another way.
   */
  offer(text: string, offer: Offer): Offered {
    const id = this.#add('info', text, null, offer);
    this.#expire(id, OFFER_MS);
    return { withdraw: () => this.dismiss(id) };
  }

  /** Another project is open: the same numbers mean other things there. */
  withdrawOffers(): void {
    for (const { id, kind, offer } of this.list) if (offer && kind === 'info') this.dismiss(id);
  }

  /** Somebody is at this notice: it stays until they leave it. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
  }

  /** They left it. */
  release(id: number): void {
    if (this.list.some((notice) => notice.id === id && notice.kind === 'info')) this.#expire(id, INFO_MS);
  }

  /** Errors stay until they are dismissed, with a way on where there is one. The same one twice is shown once. */
  error(thrown: unknown, offer: Offer | null = null): void {
    const error = FoveaError.from(thrown);
    const text = error.where ? `${error.message} (${error.where})` : error.message;
    if (this.list.some((notice) => notice.text === sentence(text))) return;
    this.#add('error', sentence(text), nextInPage(error.next), offer);
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  #expire(id: number, ms: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), ms),
    );
  }

  #add(kind: Notice['kind'], text: string, next: string | null, offer: Offer | null = null): number {
    const id = ++this.#lastId;
    this.list = [...this.list.slice(-3), { id, kind, text, next, offer }];
    return id;
  }
}

export const [getNotices, setNotices] = createContext<Notices>();
