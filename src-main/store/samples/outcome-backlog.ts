/**
 * Counts outcomes of answers that nobody counted yet, or that another rule counted: of a project from before there were any, of
 * a run that became the active one, after an update that scores otherwise. A few milliseconds at a time.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type WritableDb, transact } from '../db.ts';
import { lastSample, samplesToCount } from '../outcomes/stored.ts';
import { patiently } from '../patience.ts';
import { refreshSampleState } from './state.ts';

/** Samples looked at in one go: some 5 ms where nothing is missing. */
const STRETCH = 2000;
/** About 10 ms of work, one commit. */
const CHUNK = 40;
const PAUSE_MS = 15;

/** Works until nothing is left or `signal` says stop; gives how many samples were counted. */
export async function outcomeBacklog(db: WritableDb, signal: AbortSignal): Promise<number> {
  let counted = 0;
  const last = lastSample(db);
  for (let after = 0; after < last; after += STRETCH) {
    const missing = samplesToCount(db, after, after + STRETCH);
    for (let at = 0; at < missing.length; at += CHUNK) {
      if (signal.aborted) return counted;
      const ids = missing.slice(at, at + CHUNK);
      await patiently(() =>
        transact(db, () => {
          for (const id of ids) refreshSampleState(db, id);
        }),
      );
      counted += ids.length;
      await pause(PAUSE_MS);
    }
    if (signal.aborted) return counted;
    await pause(0);
  }
  return counted;
}
