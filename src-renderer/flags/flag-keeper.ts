/**
 * Brings flags, or tags, set one by one to the main side, one call at a time, in order, tried again for as long as it takes. What
 * is sent says how a flag is to be, so that a call whose answer was lost can be repeated.
 */
import type { Flag } from '../../src-shared/contract/domain.ts';
import type { FoveaError } from '../../src-shared/contract/errors.ts';
import { retryWait } from '../shell/retry.ts';

/** How a flag of a sample is to be. `F`: what stands for one, a flag's or a tag's name. */
export interface Flagged<F extends string = Flag> {
  readonly sampleId: number;
  readonly flag: F;
  readonly on: boolean;
}

export interface FlagDoor<F extends string = Flag> {
  set(flagged: Flagged<F>): Promise<unknown>;
  asError(thrown: unknown): FoveaError;
  /** Runs `task` later; gives a function that calls it off. */
  later(task: () => void, ms: number): () => void;
  /** It is saved, and nothing else was asked of this flag meanwhile. */
  onSaved(flagged: Flagged<F>): void;
  /** It cannot be: the main side does not know such a sample. */
  onRefused(flagged: Flagged<F>, error: FoveaError): void;
  /** Anything about {@link FlagKeeper.waiting} or {@link FlagKeeper.error} may have changed. */
  onChange(): void;
}

/** What no repetition mends. */
const REFUSALS: readonly FoveaError['code'][] = ['not_found', 'bad_input'];

export class FlagKeeper<F extends string = Flag> {
  readonly #door: FlagDoor<F>;
  /** By sample and flag, in the order they were set; the latest of each holds. */
  readonly #waiting = new Map<string, Flagged<F>>();
  #sending = false;
  #attempts = 0;
  #cancelRetry: (() => void) | null = null;
  /** Why what waits is not saved yet; null while nothing went wrong. */
  error: FoveaError | null = null;

  constructor(door: FlagDoor<F>) {
    this.#door = door;
  }

  /** How many flags are not saved. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether a flag of a sample is not saved yet: what is heard of it is older than what was set. */
  isWaiting(flagged: Pick<Flagged<F>, 'sampleId' | 'flag'>): boolean {
    return this.#waiting.has(keyOf(flagged));
  }

  set(flagged: Flagged<F>): void {
    const key = keyOf(flagged);
    this.#waiting.delete(key);
    this.#waiting.set(key, flagged);
    void this.#pump();
    this.#door.onChange();
  }

  /** Tries again now. */
  retry(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    void this.#pump();
  }

  /** Forgets everything, for another project: its samples have the same ids. @returns how many flags are lost */
  abandon(): number {
    const lost = this.#waiting.size;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#waiting.clear();
    this.error = null;
    this.#door.onChange();
    return lost;
  }

  async #pump(): Promise<void> {
    if (this.#sending || this.#cancelRetry) return;
    this.#sending = true;
    while (!this.#cancelRetry) {
      const next = this.#waiting.entries().next().value;
      if (!next) break;
      await this.#send(...next);
      this.#door.onChange();
    }
    this.#sending = false;
  }

  async #send(key: string, flagged: Flagged<F>): Promise<void> {
    try {
      await this.#door.set(flagged);
      const holds = this.#waiting.get(key) === flagged;
      this.#over(key, flagged);
      if (holds) this.#door.onSaved(flagged);
    } catch (thrown) {
      // Another project, or set once more meanwhile: this one is of no interest.
      if (this.#waiting.get(key) !== flagged) return;
      const error = this.#door.asError(thrown);
      if (REFUSALS.includes(error.code)) {
        this.#over(key, flagged);
        this.#door.onRefused(flagged, error);
        return;
      }
      this.error = error;
      const wait = retryWait(this.#attempts++);
      this.#cancelRetry = this.#door.later(() => this.retry(), wait);
    }
  }

  #over(key: string, flagged: Flagged<F>): void {
    if (this.#waiting.get(key) === flagged) this.#waiting.delete(key);
    this.#attempts = 0;
    this.error = null;
  }
}

function keyOf({ sampleId, flag }: Pick<Flagged<string>, 'sampleId' | 'flag'>): string {
  return `${sampleId} ${flag}`;
}
