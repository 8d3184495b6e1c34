/** Batches in plain words: what would be decided, what an audit asks for and says, what was done. */
import type { Batch, LeftOut } from '../../src-shared/contract/procedures.ts';
import { auditSize, wrongAtMost } from '../../src-shared/kernels/measures/audit.ts';
import { formatCount, percent, samplesWords } from '../ui/words.ts';

type Decision = Batch['decision'];

const DO: Readonly<Record<Decision, string>> = { accept: 'Accept', reject: 'Reject' };
const DONE: Readonly<Record<Decision, string>> = { accept: 'accepted', reject: 'rejected' };

/** `Accept 1,204 samples`. */
export function doWords(decision: Decision, count: number): string {
  return `${DO[decision]} ${samplesWords(count)}`;
}

/** Why samples are left out, with how many; reasons without any are not named. */
export function leftOutWords({
  decided,
  unlabelled,
  dropped,
  unseen,
}: LeftOut): { words: string; count: number }[] {
  return [
    { words: 'Already decided', count: decided },
    { words: 'Dropped by a rule: correct or reject them', count: dropped },
    { words: 'Picture missing or changed since labelling: look at them one by one', count: unseen },
    { words: 'No label: not labelled yet, or labelling failed', count: unlabelled },
  ].filter(({ count }) => count > 0);
}

/** What a target asks for. */
export interface AuditPlan {
  /** Samples to look at. */
  readonly size: number;
  /** Wrong ones among them with which the batch still passes. */
  readonly mayBeWrong: number;
}

/** @param target the largest share of wrong ones a person settles for */
export function auditPlan(population: number, target: number): AuditPlan {
  const size = auditSize(population, target);
  let mayBeWrong = -1;
  while (mayBeWrong < size && wrongAtMost(mayBeWrong + 1, size, population) <= target) mayBeWrong++;
  return { size, mayBeWrong: Math.max(0, mayBeWrong) };
}

/** What passing the audit will mean. */
export function planWords(population: number, target: number): string {
  const { size, mayBeWrong } = auditPlan(population, target);
  const wrong =
    mayBeWrong === 0
      ? 'If one of them is wrong, nothing is decided.'
      : `If more than ${mayBeWrong} of them are wrong, nothing is decided.`;
  if (size === population) return `That is all of them. ${wrong}`;
  return `They are drawn at random. If they pass, at most ${percent(target)} of the ${formatCount(population)} are wrong, with 95% confidence. ${wrong}`;
}

/** What the audit found, so far or at its end. */
export function findingWords({
  looked,
  wrong,
  population,
  wrongAtMost: bound,
  target,
  refused,
}: Batch): string {
  const right =
    wrong === 0
      ? `None of ${formatCount(looked)} was wrong`
      : `${formatCount(wrong)} of ${formatCount(looked)} wrong`;
  const whole = looked === population;
  const share = percent(Math.ceil(bound * 1000) / 1000);
  const rest = whole
    ? `that is ${share} of all`
    : `up to ${share} of the ${formatCount(population)} may be, with 95% confidence`;
  return `${right}: ${rest}${refused ? `, more than the ${percent(target)} you settled for` : ''}.`;
}

/** How many would be decided once the audit has passed: those found wrong are not. */
export function toDecide({ population, wrong }: Batch): number {
  return population - wrong;
}

/** `1,202 samples accepted. 2 were decided or labelled anew meanwhile and stay as they are.` */
export function appliedWords({ decision, decided, changedMeanwhile, wrong }: Batch): string {
  const parts = [`${samplesWords(decided)} ${DONE[decision]}.`];
  if (wrong > 0) parts.push(`${formatCount(wrong)} found wrong ${wrong === 1 ? 'stays' : 'stay'} to review.`);
  if (changedMeanwhile > 0)
    parts.push(`${formatCount(changedMeanwhile)} changed since and ${stay(changedMeanwhile)}.`);
  return parts.join(' ');
}

/** `1,199 samples are as before the batch. 3 were decided since and stay as they are.` */
export function undoneWords({ undone, keptAsDecided }: Pick<Batch, 'undone' | 'keptAsDecided'>): string {
  const back = `${samplesWords(undone)} ${undone === 1 ? 'is' : 'are'} as before the batch.`;
  if (keptAsDecided === 0) return back;
  return `${back} ${formatCount(keptAsDecided)} ${keptAsDecided === 1 ? 'was' : 'were'} decided since and ${stay(keptAsDecided)}.`;
}

/** One line of the list of batches. */
export function stateWords(batch: Batch): string {
  switch (batch.state) {
    case 'auditing':
      return batch.refused
        ? 'Audit not passed; nothing decided'
        : `Being audited: ${formatCount(batch.looked)} of ${formatCount(batch.planned)} looked at`;
    case 'applying':
      return 'Stopped before the end';
    case 'applied':
      return appliedWords(batch);
    case 'undone':
      return `Undone: ${undoneWords(batch)}`;
    case 'dismissed':
      return 'Ended without a decision';
  }
}

/** The next sample of an audit nobody has looked at, from `at` on and then from the start; null when all were. */
export function nextToLookAt(items: readonly { readonly verdict: unknown }[], at: number): number | null {
  for (let step = 0; step < items.length; step++) {
    const index = (at + step) % items.length;
    if (items[index]!.verdict === null) return index;
  }
  return null;
}

function stay(count: number): string {
  return count === 1 ? 'stays as it is' : 'stay as they are';
}
