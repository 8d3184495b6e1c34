/**
 * Scores what has none yet: predictions of a project from before scores existed, or of a run that became the active
 * one. A few milliseconds at a time, so that whoever reviews meanwhile does not notice.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type WritableDb, transact } from '../db.ts';
import { patiently } from '../patience.ts';
import { refreshSampleState } from './state.ts';
import { samplesToScore } from '../scores/scores.ts';

/** About 10 ms of work, one commit. */
const CHUNK = 40;
const PAUSE_MS = 15;

/** Works until nothing is left or `signal` says stop; gives how many samples were scored. */
export async function scoreBacklog(db: WritableDb, signal: AbortSignal): Promise<number> {
  let last = 0;
  let scored = 0;
  for (;;) {
    if (signal.aborted) return scored;
    const ids = samplesToScore(db, last, CHUNK);
    if (ids.length === 0) return scored;
    await patiently(() =>
      transact(db, () => {
        for (const id of ids) refreshSampleState(db, id);
      }),
    );
    last = ids.at(-1)!;
    scored += ids.length;
    await pause(PAUSE_MS);
  }
}
