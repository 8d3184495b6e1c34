/** Milliseconds per named step of one sample, and the place where a cancelled sample stops: between steps. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';

export class Stopwatch {
  readonly #times: Record<string, number> = {};
  readonly #start = performance.now();
  readonly #signal: AbortSignal | undefined;

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * Runs one step and adds its time under `name`.
   * @throws FoveaError `cancelled` when the signal fired before the step began.
   */
  async time<T>(name: string, step: () => Promise<T>): Promise<T> {
    this.check();
    const start = performance.now();
    try {
      return await step();
    } finally {
      this.#times[name] = (this.#times[name] ?? 0) + performance.now() - start;
    }
  }

  /** @throws FoveaError `cancelled` when the signal has fired. */
  check(): void {
    if (this.#signal?.aborted) throw new FoveaError('cancelled', 'the sample was cancelled');
  }

  /** Times so far, `total` included, in milliseconds. */
  report(): Record<string, number> {
    return { ...this.#times, total: performance.now() - this.#start };
  }
}
