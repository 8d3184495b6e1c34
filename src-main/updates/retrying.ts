/** How patient updates are, and what is said where that was in vain. */
import { retrying as retryingAny } from '../transfer/retrying.ts';
import type { Patience } from '../transfer/retrying.ts';
import { cancelled, networkError } from './request.ts';

export type { Patience } from '../transfer/retrying.ts';

export const PATIENCE: Patience = { retryMs: 1000, tries: 5, stallMs: 30_000 };

/**
 * @param gained says how much has arrived so far, in any unit that grows
 * @throws FoveaError `network` once the tries are used up, `cancelled`, and what `work` throws besides `Passing`
 */
export function retrying<T>(
  url: URL,
  patience: Patience,
  signal: AbortSignal,
  gained: () => number,
  work: () => Promise<T>,
): Promise<T> {
  const gaveUp = ({ message }: Error): Error => networkError(message, url);
  return retryingAny({ patience, signal, gained, gaveUp, cancelled }, work);
}
