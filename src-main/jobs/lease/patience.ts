/**
 * What fails for a reason that may pass (a share that is away for a moment, memory that others hold just now) is asked again
 * after a while, longer each time, before it counts as failed. Where one item after the other was waited for in vain, the next
 * ones are not, until something succeeds again: a disk that is gone must not make a job of thousands wait for each of them.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorCode, FoveaError } from '../../../src-shared/contract/errors.ts';

/** Milliseconds before the second try, the third, and the last. */
const WAITS_MS: readonly number[] = [500, 2000, 5000];
/** Items waited for in vain, one after the other, after which waiting ends. */
const IN_VAIN = 8;

export const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['io', 'out_of_memory', 'network']);

export class Patience {
  readonly #waitsMs: readonly number[];
  #inVain = 0;

  /** One for all items of a job. @param waitsMs before each further try */
  constructor(waitsMs: readonly number[] = WAITS_MS) {
    this.#waitsMs = waitsMs;
  }

  /** What `ask` comes to. Throws what it throws, with how often it was tried; the last error where the signal ends the waiting. */
  async tried<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const waits = this.#inVain >= IN_VAIN ? [] : this.#waitsMs;
    for (let tries = 1; ; tries++) {
      try {
        const found = await ask();
        this.#inVain = 0;
        return found;
      } catch (thrown) {
        const error = FoveaError.from(thrown);
        if (!PASSING.has(error.code) || signal.aborted) throw error;
        const wait = waits[tries - 1];
        if (wait === undefined) {
          this.#inVain++;
          throw tries === 1 ? error : afterTries(error, tries);
        }
        await delay(wait, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) throw error;
      }
    }
  }
}

function afterTries({ code, message, where, next, cause }: FoveaError, tries: number): FoveaError {
  return new FoveaError(code, `${message} (tried ${tries} times)`, { where, next, cause });
}
