/** Jobs and what they failed on, as lines. */
import { counted, formatCount } from '../../../src-shared/contract/counts.ts';
import { standingOf, STANDING_WORDS } from '../../../src-shared/contract/job-standing.ts';
import type { JobEntry } from '../../../src-shared/contract/procedures.ts';
import type { Failures } from '../../store/jobs/failures.ts';
import { duration } from '../progress.ts';

export function jobLine(job: JobEntry): string {
  const { id, type, total, done, failed, skipped, rate, etaSeconds, message, createdAt, turn, retryOf } = job;
  const parts = [`${counted(done, type === 'train' ? 'step' : 'sample')} of ${formatCount(total)}`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (skipped > 0) parts.push(`${skipped} needed no work`);
  if (rate !== null) parts.push(`${rate.toFixed(rate >= 10 ? 0 : 2)}/s`);
  if (etaSeconds !== null) parts.push(`${duration(etaSeconds)} left`);
  if (turn !== null && turn > 1) parts.push(`${turn - 1} before it`);
  if (retryOf !== null) parts.push(`tries again what failed in job ${retryOf}`);
  if (message !== null) parts.push(message);
  return `job ${id}  ${type}  ${STANDING_WORDS[standingOf(job)]}  ${createdAt}  ${parts.join(', ')}`;
}

/** @param named how many samples of each kind are named */
export function failureLines({ kinds, failed, lookedAt }: Failures, named: number): string[] {
  const lines = kinds.flatMap(({ reason, count, samples }) => {
    const more = count > named ? `, and ${count - named} more` : '';
    const names = samples.slice(0, named).map(({ externalId }) => externalId);
    return [`  ${counted(count, 'sample')}: ${reason}`, `    ${names.join(', ')}${more}`];
  });
  return failed > lookedAt ? [...lines, `  of the first ${lookedAt} of ${failed} that failed`] : lines;
}
