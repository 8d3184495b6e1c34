/** What became of a sample's answers, in plain words, wherever it is shown. */
import type { SampleRow } from '../../src-shared/contract/domain.ts';
import type { Facets, SampleFilter } from '../../src-shared/contract/procedures.ts';

export type OutcomeChoice = SampleFilter['outcomes'][number];

/** Short, for filters, chips and figures; the words of a tip are {@link OUTCOME_TIPS}. */
export const OUTCOME_WORDS: Readonly<Record<OutcomeChoice, string>> = {
  fixed: 'Fixed by the crop',
  broken: 'Broken by the crop',
  both_right: 'Right alone and with the crop',
  both_wrong: 'Wrong alone and with the crop',
  alone_right: 'Right, no crop',
  alone_wrong: 'Wrong, no crop',
  unscored: 'Not scored',
};

export const OUTCOME_TIPS: Readonly<Record<Exclude<OutcomeChoice, 'unscored'>, string>> = {
  fixed: 'Fixed: the answer is wrong alone, right with the crop',
  broken: 'Broken: the answer is right alone, wrong with the crop',
  both_right: 'Right: alone and with the crop',
  both_wrong: 'Wrong: alone and with the crop',
  alone_right: 'Right: no crop was looked at',
  alone_wrong: 'Wrong: no crop was looked at',
};

export const LOCALISED_WORDS: Readonly<Record<SampleFilter['localised'], string>> = {
  any: 'Localised or not',
  used: 'Localised, answer right',
  unused: 'Localised, answer wrong',
  missed: 'Not localised',
};

export const UNUSED_TIP = 'Localised without use: the label is on the true tokens, the answer is wrong';

/** What to write beside a choice of localisation: `Localised, answer wrong (12)`. */
export function localisedWords(choice: SampleFilter['localised'], counts: Facets['localised']): string {
  const words = LOCALISED_WORDS[choice];
  return choice === 'any' || !counts ? words : `${words} (${counts[choice].toLocaleString('en-US')})`;
}

/** `Fixed: …, localised without use: …`; no words for a row that is not scored. */
export function outcomeWords({ outcome, localised }: Pick<SampleRow, 'outcome' | 'localised'>): string {
  return [
    ...(outcome === null ? [] : [OUTCOME_TIPS[outcome]]),
    ...(localised === 'unused' ? [UNUSED_TIP] : []),
  ].join('\n');
}
