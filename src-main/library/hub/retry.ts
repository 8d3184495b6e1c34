/** Tries again what failed for now, waiting longer each time; trying starts over when something was gained. */
import { setTimeout as delay } from 'node:timers/promises';
import { gaveUp, Passing } from './failures.ts';
import { cancelled } from './request.ts';

/** How patient downloads are; tests are not. */
export interface Patience {
  /** First pause; each further one is twice as long. */
  readonly retryMs: number;
  /** Failures in a row without a byte gained. */
  readonly tries: number;
  /** Silence after which a connection counts as lost. */
  readonly stallMs: number;
}

export const PATIENCE: Patience = { retryMs: 1000, tries: 6, stallMs: 60_000 };

/**
 * @param gained says how much has arrived so far, in any unit that grows
 * @throws FoveaError `network` once `tries` are used up, `cancelled`, and what `work` throws besides {@link Passing}
 */
export async function retrying<T>(
  url: string,
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
      if (++failures >= tries) throw gaveUp(thrown, url);
      await delay(thrown.afterMs ?? retryMs * 2 ** (failures - 1), undefined, { signal }).catch(() => {
        throw cancelled();
      });
    }
  }
}
