/** Jobs in words: what one works on, how far it is, who holds it. */
import { type JobStanding, standingOf, STANDING_WORDS } from '../../src-shared/contract/job-standing.ts';
import type { JobEntry } from '../../src-shared/contract/procedures.ts';
import { counted, formatCount, formatDuration, formatRate, percent, sentence } from '../ui/words.ts';

/** How one looks at a standing: what is good, what waits, what needs a person. */
export type Tone = 'work' | 'good' | 'bad' | 'rest';

const TONES: Readonly<Record<JobStanding, Tone>> = {
  running: 'work',
  pausing: 'work',
  cancelling: 'work',
  finishing: 'work',
  waiting: 'rest',
  paused: 'rest',
  interrupted: 'rest',
  without_host: 'rest',
  cancelled: 'rest',
  done: 'good',
  failed: 'bad',
};

/** Of a job that is done though some samples failed: bad, too. */
export function toneOf(job: JobEntry): Tone {
  const standing = standingOf(job);
  return standing === 'done' && job.stillFailed > 0 ? 'bad' : TONES[standing];
}

/** `Running`, `Done, 3 failed`, `Waiting, 2 before it`. */
export function standingWords(job: JobEntry): string {
  const standing = standingOf(job);
  const words = sentence(STANDING_WORDS[standing]);
  if (standing === 'done' && job.failed > 0) return `${words}, ${formatCount(job.failed)} failed`;
  if (job.turn !== null && job.turn > 1) return `${words}, ${formatCount(job.turn - 1)} before it`;
  return words;
}

/** `312 of 400 samples, 3 failed, 20 needed no work, 85 left`; null: nothing was counted yet. */
export function countWords({ type, total, done, failed, skipped, left }: JobEntry): string | null {
  if (total === 0) {
    return skipped > 0 ? `Nothing to do: ${counted(skipped, 'sample')} needed no work` : null;
  }
  if (type === 'train') return `${formatCount(done)} of ${counted(total, 'step')}`;
  return [
    `${formatCount(done)} of ${counted(total, 'sample')}`,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ...(skipped > 0 ? [`${formatCount(skipped)} needed no work`] : []),
    ...(left > 0 && left < total ? [`${formatCount(left)} left`] : []),
  ].join(', ');
}

/** `3.2 /s, 4 min left`; null: nobody knows. */
export function paceWords({ rate, etaSeconds }: Pick<JobEntry, 'rate' | 'etaSeconds'>): string | null {
  const words = [
    ...(rate === null ? [] : [formatRate(rate)]),
    ...(etaSeconds === null ? [] : [`${formatDuration(etaSeconds)} left`]),
  ];
  return words.length > 0 ? words.join(', ') : null;
}

/** Share that is over, failed ones included: `78%`; null before anything was counted. */
export function shareWords({ total, done, failed }: JobEntry): string | null {
  return total > 0 ? percent(Math.floor(((done + failed) / total) * 100) / 100) : null;
}

/** What it works on, short: `llava-7b · SD-RPN LLaVA · int8`. */
export function aboutWords({ about: { model, rpn, preset, precision, fromRunId } }: JobEntry): string {
  return [
    model,
    rpn === null ? null : `RPN ${rpn}`,
    preset,
    precision === null || precision === 'as-stored' ? null : precision,
    fromRunId === null ? null : `from run ${fromRunId}`,
  ]
    .filter((word) => word !== null)
    .join(' · ');
}

/** Which samples, `filter` being the filter's words: `2 chosen of French, at most 7`. */
export function scopeWords({ about: { scope, limit }, retryOf }: JobEntry, filter: string | null): string {
  if (retryOf !== null) return `those that failed in job ${retryOf}`;
  const words = scope === null || filter === null ? 'all without a label from this run' : filter;
  const chosen = scope?.chosen ?? null;
  return [
    chosen === null ? words : `${formatCount(chosen)} chosen of: ${words}`,
    ...(scope !== null && scope.except > 0 ? [`without ${formatCount(scope.except)}`] : []),
    ...(limit === null ? [] : [`at most ${formatCount(limit)}`]),
  ].join(', ');
}

export function holderWords({ holder, shared }: JobEntry): string | null {
  if (holder === null) return null;
  const host = shared === null ? '' : ' for workers of a shared queue';
  if (holder.where === 'here') return `this Fovea${host}`;
  if (holder.where === 'elsewhere') return `a process on another machine or in another container${host}`;
  return `another process on this machine (${holder.pid})${host}`;
}

/** How long it was worked on, from its first start to its end; null while either is not known. */
export function tookWords({ startedAt, finishedAt }: JobEntry): string | null {
  if (startedAt === null || finishedAt === null) return null;
  return formatDuration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);
}
