/** What an export would write and what it would leave out, by the states of the samples that it is of. */
import type { SampleState } from '../../../src-shared/contract/domain.ts';
import { counted, formatCount } from '../../ui/words.ts';

export type CountByState = Readonly<Record<SampleState, number>>;

interface Rule {
  readonly includeUnreviewed: boolean;
  /** Rejected samples go out, too. */
  readonly audit: boolean;
}

const LEFT_WORDS = {
  pending: 'not reviewed',
  unlabelled: 'not labelled',
  rejected: 'rejected',
} as const satisfies Partial<Record<SampleState, string>>;

/** As `src-main/exporters/select.ts` decides by the state; what a picture or a format stands in the way of, the report says. */
function goesOut(state: SampleState, { includeUnreviewed, audit }: Rule): boolean {
  switch (state) {
    case 'accepted':
    case 'corrected':
      return true;
    case 'rejected':
      return audit;
    case 'pending':
      return includeUnreviewed;
    case 'unlabelled':
      return includeUnreviewed && audit;
  }
}

/** `1 of 10 selected samples will be written. Left out: 8 not reviewed, 1 rejected.` @param of `selected`, `listed`, or `` for all */
export function exportCountWords(counts: CountByState, of: 'selected' | 'listed' | '', rule: Rule): string {
  const states = Object.keys(counts) as SampleState[];
  const sum = (some: readonly SampleState[]): number => some.reduce((all, state) => all + counts[state], 0);
  const written = sum(states.filter((state) => goesOut(state, rule)));
  const total = sum(states);
  const samples = counted(total, of === '' ? 'sample' : `${of} sample`);
  const will =
    written === total && total > 1
      ? `All ${samples} will be written`
      : `${written === 0 ? 'None' : formatCount(written)} of ${samples} will be written`;
  const predicted = rule.includeUnreviewed ? counts.pending : 0;
  const asPredicted = predicted > 0 ? `, ${formatCount(predicted)} of them not reviewed, as predicted` : '';
  const left = (Object.keys(LEFT_WORDS) as (keyof typeof LEFT_WORDS)[])
    .filter((state) => counts[state] > 0 && !goesOut(state, rule))
    .map((state) => `${formatCount(counts[state])} ${LEFT_WORDS[state]}`);
  return `${will}${asPredicted}.${left.length > 0 ? ` Left out: ${left.join(', ')}.` : ''}`;
}
