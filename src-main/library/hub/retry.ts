/** How patient downloads of models are, and what is said where that was in vain. */
import { retrying as retryingAny } from '../../transfer/retrying.ts';
import type { Patience } from '../../transfer/retrying.ts';
import { gaveUp } from './failures.ts';
import { cancelled } from './request.ts';

export type { Patience } from '../../transfer/retrying.ts';

export const PATIENCE: Patience = { retryMs: 1000, tries: 6, stallMs: 60_000 };

/**
 * @param gained says how much has arrived so far, in any unit that grows
 * @throws FoveaError `network` once the tries are used up, `cancelled`, and what `work` throws besides `Passing`
 */
export function retrying<T>(
  url: string,
  patience: Patience,
  signal: AbortSignal,
  gained: () => number,
  work: () => Promise<T>,
): Promise<T> {
  return retryingAny({ patience, signal, gained, gaveUp: (last) => gaveUp(last, url), cancelled }, work);
}
