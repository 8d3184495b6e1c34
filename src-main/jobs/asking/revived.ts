/** One more try after the engine died: it may have died of something else, and the call changes nothing. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';

/** @throws what the call throws; `engine_died` when it died of it twice. */
export async function revived<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    if (FoveaError.from(thrown).code !== 'engine_died') throw thrown;
    return call();
  }
}
