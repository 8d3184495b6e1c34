/** Tries again what failed for now, waiting longer each time; trying starts over when something was gained. */
import { setTimeout as delay } from 'node:timers/promises';

/** The way there, or the other side, fails now; the same request may work later. */
export class Passing extends Error {
  readonly afterMs: number | null;

  /** @param afterMs how long the other side asks us to wait */
  constructor(message: string, afterMs: number | null = null) {
    super(message);
    this.afterMs = afterMs;
  }
}

/** How patient a transfer is; tests are not. */
export interface Patience {
  /** First pause, ms; each further one is twice as long. */
  readonly retryMs: number;
  /** Failures in a row without a byte gained. */
  readonly tries: number;
  /** Silence after which a connection counts as lost, ms. */
  readonly stallMs: number;
}

export interface Trying {
  readonly patience: Patience;
  readonly signal: AbortSignal;
  /** Says how much has arrived so far, in any unit that grows. */
  readonly gained: () => number;
  /** What is thrown once the tries are used up, and where `signal` says so while waiting. */
  readonly gaveUp: (last: Passing) => Error;
  readonly cancelled: () => Error;
}

/** @throws what `gaveUp` and `cancelled` make, and what `work` throws besides {@link Passing} */
export async function retrying<T>(
  { patience: { retryMs, tries }, signal, gained, gaveUp, cancelled }: Trying,
  work: () => Promise<T>,
): Promise<T> {
  let failures = 0;
  let best = gained();
  for (;;) {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof Passing)) throw thrown;
      if (gained() > best) failures = 0;
      best = Math.max(best, gained());
      if (++failures >= tries) throw gaveUp(thrown);
      await delay(thrown.afterMs ?? retryMs * 2 ** (failures - 1), undefined, { signal }).catch(() => {
        throw cancelled();
      });
    }
  }
}
