/** Outliving a database that is away for a while: what was asked is asked again until it is there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { passes } from './database.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/** Does it as soon as the database is there. @throws FoveaError what another try would not mend */
export async function persist<T>(
  body: () => Promise<T>,
  onWaiting: (reason: string | null) => void,
  signal?: AbortSignal,
): Promise<T> {
  for (let ms = FIRST_WAIT_MS; ; ms = Math.min(2 * ms, LONGEST_WAIT_MS)) {
    try {
      const result = await body();
      if (ms > FIRST_WAIT_MS) onWaiting(null);
      return result;
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (!passes(error)) throw error;
      onWaiting(error.toLine());
      await sleep(ms, undefined, { signal }).catch(() => undefined);
      if (signal?.aborted) throw new FoveaError('cancelled', 'stopped');
    }
  }
}
