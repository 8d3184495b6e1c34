/** How a job stands, in one word: what its state, what was asked of it and who holds it say together. Page and command line say the same. */
import type { JobEntry } from './procedures/job-list.ts';

export type JobStanding =
  | 'waiting'
  | 'pausing'
  | 'paused'
  | 'cancelling'
  | 'finishing'
  | 'running'
  /** Who worked on it is gone; it goes on by itself where the project is open. */
  | 'interrupted'
  /** It goes on when its host is started again. */
  | 'without_host'
  | 'done'
  | 'failed'
  | 'cancelled';

export function standingOf({
  state,
  asked,
  cancelRequested,
  holder,
  shared,
}: Pick<JobEntry, 'state' | 'asked' | 'cancelRequested' | 'holder' | 'shared'>): JobStanding {
  if (state === 'done' || state === 'failed' || state === 'cancelled') return state;
  if (cancelRequested) return 'cancelling';
  if (asked === 'pause') return holder ? 'pausing' : 'paused';
  if (!holder) return shared ? 'without_host' : state === 'running' ? 'interrupted' : 'waiting';
  return asked === 'finish' ? 'finishing' : 'running';
}

export const STANDING_WORDS: Readonly<Record<JobStanding, string>> = {
  waiting: 'waiting',
  pausing: 'pausing',
  paused: 'paused',
  cancelling: 'ending',
  finishing: 'ending with what it has',
  running: 'running',
  interrupted: 'interrupted',
  without_host: 'waiting for its host',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
};
