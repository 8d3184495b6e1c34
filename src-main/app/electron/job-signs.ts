/** What the desktop is told of jobs: how far they are, and how one ended. */
import { counted, formatCount } from '../../../src-shared/contract/counts.ts';
import type { Job } from '../../../src-shared/contract/domain.ts';

const WORDS: Readonly<Record<Job['type'], string>> = {
  label: 'Labelling',
  relabel: 'Applying the recipe',
  predict: 'Asking another RPN',
  embed: 'Encoding pictures',
  import: 'Importing',
  export: 'Exporting',
  train: 'Training',
  evaluate: 'Evaluating',
};

/** Those that compute now; one that is to pause does not for long. */
export function running(jobs: Iterable<Job>): Job[] {
  return [...jobs].filter(({ state, asked }) => state === 'running' && asked !== 'pause');
}

/**
 * How far those that run are, together.
 * @returns 0 to 1; null: nothing runs; `unknown`: none of them knows yet how much there is
 */
export function shareDone(jobs: Iterable<Job>): number | 'unknown' | null {
  const now = running(jobs);
  if (now.length === 0) return null;
  const total = now.reduce((sum, job) => sum + job.total, 0);
  const seen = now.reduce((sum, { done, failed }) => sum + done + failed, 0);
  return total === 0 ? 'unknown' : Math.min(1, seen / total);
}

export interface EndWords {
  readonly title: string;
  readonly body: string;
}

/** What somebody who looks elsewhere is told of a job's end; null: it is not over, or they ended it. */
export function endWords(
  { type, state, done, total, failed, message }: Job,
  project: string,
): EndWords | null {
  const unit = type === 'train' ? 'step' : 'sample';
  if (state === 'failed') {
    return { title: `${WORDS[type]} stopped`, body: `${project}: ${message ?? 'Jobs says why'}` };
  }
  if (state !== 'done') return null;
  const some = failed > 0 ? `, ${formatCount(failed)} of them failed` : '';
  return {
    title: `${WORDS[type]} is done`,
    body: `${project}: ${counted(Math.max(total, done), unit)}${some}`,
  };
}
