/** Tries again what failed for now, waiting longer each time; trying starts over when bytes were gained. */
import { setTimeout as delay } from 'node:timers/promises';
import { cancelled, networkError, Passing } from './request.ts';

/** How patient updates are; tests are not. */
export interface Patience {
  /** First pause, ms; each further one is twice as long. */
  readonly retryMs: number;
  /** Failures in a row without a byte gained. */
  readonly tries: number;
  /** Silence after which a connection counts as lost, ms. */
  readonly stallMs: number;
}

export const PATIENCE: Patience = { retryMs: 1000, tries: 5, stallMs: 30_000 };

/**
 * @param gained says how much has arrived so far, in any unit that grows
 * @throws FoveaError `network` once the tries are used up, `cancelled`, and what `work` throws besides {@link Passing}
 */
export async function retrying<T>(
  url: URL,
  { retryMs, tries }: Patience,
  signal: AbortSignal,
  gained: () => number,
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
      if (++failures >= tries) throw networkError(thrown.message, url);
      await delay(retryMs * 2 ** (failures - 1), undefined, { signal }).catch(() => {
        throw cancelled();
      });
    }
  }
}
