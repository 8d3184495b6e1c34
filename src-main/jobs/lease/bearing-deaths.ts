/** The engine may die over one item and be well for the next: asked again, but neither for ever nor on and on. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { Patience } from './patience.ts';
import { DEATHS_IN_A_ROW, DEATHS_OF_POISON, FATAL } from './fatal.ts';

/** Asks for one item; to call `answered` as soon as the engine has, whatever comes of the answer. */
type Ask<T> = (answered: () => void) => Promise<T>;

/**
 * What asks for the items of a job, one after the other; a text is why one failed.
 * @param item what one is called: `sample`
 * @throws FoveaError what is wrong for every item, and `engine_died` where it died too often in a row
 */
export function bearingDeaths(item: string, signal: AbortSignal): <T>(ask: Ask<T>) => Promise<T | string> {
  let deathsInARow = 0;
  const patience = new Patience();
  return async (ask) => {
    for (let deaths = 0; ;) {
      try {
        return await patience.tried(() => ask(() => void (deathsInARow = 0)), signal);
      } catch (thrown) {
        const error = FoveaError.from(thrown);
        if (FATAL.has(error.code) || error.code === 'internal' || signal.aborted) throw error;
        if (error.code !== 'engine_died') return error.toLine();
        deaths++;
        if (++deathsInARow >= DEATHS_IN_A_ROW) throw error;
        if (deaths >= DEATHS_OF_POISON) return `the engine died ${deaths} times on this ${item}`;
      }
    }
  };
}
