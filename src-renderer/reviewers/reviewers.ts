/** Rounds, agreement and what reviewers said, in words; what a round that is to be dealt lacks. */
import type { Decision, SampleState } from '../../src-shared/contract/domain.ts';
import type { Agreed, Deal, Invited, OwnDeal } from '../../src-shared/contract/procedures.ts';
import type { Role } from '../../src-shared/contract/role.ts';
import { counted, formatCount, samplesWords } from '../ui/words.ts';

export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'Viewer',
  reviewer: 'Reviewer',
  admin: 'Admin',
};

/** What a role may, for whoever chooses one. */
export const ROLE_TIPS: Readonly<Record<Role, string>> = {
  viewer: 'Looks at samples, maps and numbers',
  reviewer: 'Decides, corrects, flags, tags and writes notes, too',
  admin: 'May do everything, as you may',
};

/** The state that a decision leaves a sample in: its mark and word. */
export const STATE_OF: Readonly<Record<Decision, SampleState>> = {
  accept: 'accepted',
  correct: 'corrected',
  reject: 'rejected',
  reset: 'pending',
};

/** `60 samples, 2 reviewers each, blind`. */
export function roundWords({ samples, overlap, blind }: Pick<Deal, 'samples' | 'overlap' | 'blind'>): string {
  const parts = [
    samplesWords(samples),
    overlap === 1 ? 'one reviewer each' : `${counted(overlap, 'reviewer')} each`,
  ];
  return [...parts, ...(blind ? ['blind'] : [])].join(', ');
}

/** How far a round is, in decisions that were asked for. */
export function progressOf({ reviewers }: Pick<Deal, 'reviewers'>): { decided: number; dealt: number } {
  return reviewers.reduce(
    (sum, one) => ({ decided: sum.decided + one.decided, dealt: sum.dealt + one.dealt }),
    { decided: 0, dealt: 0 },
  );
}

/** How a round stands. */
export function standingWords(round: Deal): string {
  if (round.endedAt !== null) return 'Ended';
  const { decided, dealt } = progressOf(round);
  return decided === dealt ? 'All decided' : `${formatCount(decided)} of ${formatCount(dealt)} decided`;
}

/** How one's own part of a round stands. */
export function ownWords({ decided, dealt, endedAt }: OwnDeal): string {
  const share = `${formatCount(decided)} of ${counted(dealt, 'sample')} decided`;
  if (endedAt !== null) return `Ended; ${share}`;
  return decided === dealt ? `Done: ${share}` : `${share}, ${formatCount(dealt - decided)} to go`;
}

/** A number with two digits after the point; a dash where it has no meaning. */
export function kappaWords({ value }: Agreed['decisions']): string {
  return value === null ? '–' : value.toFixed(2).replace('-', '−');
}

/** `0.41 to 0.79`; null where there is no interval. */
export function intervalWords({ low, high }: Agreed['decisions']): string | null {
  if (low === null || high === null) return null;
  const of = (value: number): string => value.toFixed(2).replace('-', '−');
  return `${of(low)} to ${of(high)}`;
}

/** How far apart reviewers are, 0 to 1, as whole percents: `82% apart`. */
export function apartWords(difference: number): string {
  return `${Math.round(difference * 100)}% apart`;
}

/** Who can be dealt to: invited reviewers and admins, and who sits here. */
export function offeredReviewers(people: readonly Invited[], own: string): string[] {
  const invited = people.filter(({ role }) => role !== 'viewer').map(({ name }) => name);
  return [...new Set([...invited, own])];
}

/** What keeps a round from being dealt, in words; null: nothing. @param samples null: not counted yet */
export function whyNotDealt({
  name,
  reviewers,
  overlap,
  seed,
  samples,
}: {
  readonly name: string;
  readonly reviewers: number;
  readonly overlap: number;
  readonly seed: number;
  readonly samples: number | null;
}): string | null {
  if (name.trim() === '') return 'Give the round a name';
  if (reviewers === 0) return 'Choose who decides';
  if (!(Number.isInteger(overlap) && overlap >= 1)) return 'At least one reviewer decides on each sample';
  if (overlap > reviewers)
    return `${counted(overlap, 'reviewer')} a sample, but ${reviewers === 1 ? 'one is' : `${reviewers} are`} chosen`;
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= 0xffff_ffff))
    return 'The seed is a whole number, 0 or more';
  if (samples === 0) return 'There is nothing to deal: these are decided or dealt already';
  return null;
}

/** `30 samples: 20 for each of 3 reviewers`; loads differ by one at most. */
export function loadWords(samples: number, reviewers: number, overlap: number): string {
  const all = samples * overlap;
  const [least, most] = [Math.floor(all / reviewers), Math.ceil(all / reviewers)];
  const each = least === most ? formatCount(least) : `${formatCount(least)} or ${formatCount(most)}`;
  return `${samplesWords(samples)}: ${each} for each of ${counted(reviewers, 'reviewer')}`;
}

/** What an adjudicator's decision says of where it comes from, as its note. */
export function adjudicatedWords(reviewer: string): string {
  return `Adjudicated: as ${reviewer} decided`;
}
