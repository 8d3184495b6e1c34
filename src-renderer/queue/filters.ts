/** Filters and orders in plain words, for the controls that show and change them. */
import type { Flag } from '../../src-shared/contract/domain.ts';
import {
  NO_FILTER,
  type Measure,
  type SampleFilter,
  type SampleSort,
  type SortKey,
} from '../../src-shared/contract/procedures.ts';
import { SCORE_FACTS } from '../../src-shared/contract/score-facts.ts';
import type { Dropped } from '../../src-shared/kernels/types.ts';
import { STATE_WORDS, counted, percent } from '../ui/words.ts';
import { LOCALISED_WORDS, OUTCOME_WORDS } from './outcomes.ts';

export const FLAG_WORDS: Readonly<Record<Flag, string>> = {
  look_again: 'Look again',
  example: 'Good example',
  bad_data: 'Bad data',
};

export const DROP_WORDS: Readonly<Record<Dropped['rule'], string>> = {
  empty_answer: 'No answer',
  area: 'Box too large',
  low_max: 'Attention too weak',
};

/** An order a person can choose: its words, and which way round it starts. */
export interface SortChoice {
  readonly by: SortKey;
  readonly words: string;
  readonly descending: boolean;
}

export const SORTS: readonly SortChoice[] = [
  { by: 'imported', words: 'As imported', descending: false },
  { by: 'disagreement', words: SCORE_FACTS.disagreement.name, descending: true },
  { by: 'uncertainty', words: SCORE_FACTS.uncertainty.name, descending: true },
  { by: 'dropped', words: 'Why dropped', descending: false },
  { by: 'roiSize', words: SCORE_FACTS.roiSize.name, descending: true },
  { by: 'language', words: 'Language', descending: false },
  { by: 'tag', words: 'Tag', descending: false },
  { by: 'state', words: 'State', descending: false },
  { by: 'reviewed', words: 'Last reviewed', descending: true },
  { by: 'outcome', words: 'Answers', descending: true },
];

export const LABELLING_WORDS: Readonly<Record<SampleFilter['labelling'], string>> = {
  any: 'Labelled or not',
  labelled: 'Labelled',
  failed: 'Labelling failed',
  waiting: 'Waiting for a label',
};

export const PICTURE_WORDS: Readonly<Record<SampleFilter['pictures'], string>> = {
  any: 'Any picture',
  changed: 'Picture changed',
  unshown: 'Picture cannot be shown',
};

export const NEAR_DUPLICATE_WORDS: Readonly<Record<SampleFilter['nearDuplicates'], string>> = {
  any: 'With near-duplicates or not',
  with: 'With near-duplicates',
  without: 'Without near-duplicates',
};

export const AGREEMENT_WORDS: Readonly<Record<SampleFilter['agreement'], string>> = {
  any: 'Reviewers agree or not',
  agree: 'Reviewers agree',
  differ: 'Reviewers differ',
};

const MEASURE_WORDS: Readonly<Record<Measure, string>> = {
  disagreement: 'disagreement',
  uncertainty: 'uncertainty',
  roiSize: 'region',
  roiX: 'from the left',
  roiY: 'from the top',
  iou: 'overlap with the correction',
};

export function isFiltered(filter: SampleFilter): boolean {
  return parts(filter).length > 0;
}

/** What a filter lets through, part by part: `Rejected`, `fr or zh`, `region 5% to 10%`. */
export function filterWords(filter: SampleFilter): string {
  const words = parts(filter).map(({ words }) => words);
  return words.length === 0 ? 'All samples' : words.join(' · ');
}

/** Parts whose words alone would not say what they are about. */
const NAMES: Partial<Readonly<Record<keyof SampleFilter, string>>> = {
  dropRules: 'Why dropped',
  languages: 'Language',
  splits: 'Split',
  tags: 'Tag',
  reasons: 'Why rejected',
  outcomes: 'Answers',
  flags: 'Flag',
  text: 'Search',
};

/** One narrowing of a filter, and the filter without it. */
export interface FilterPart {
  /** Unique within a filter: `tags`, `ranges.roiSize`. */
  readonly key: string;
  /** What the words are about, where they do not say it: `Language`. */
  readonly name: string | null;
  readonly words: string;
  readonly without: Partial<SampleFilter>;
}

/** Everything that narrows, for a row of removable chips. */
export function parts(filter: SampleFilter): FilterPart[] {
  const found: FilterPart[] = [];
  const list = <K extends keyof SampleFilter>(key: K, words: readonly string[]): void => {
    if (words.length === 0) return;
    const without = { [key]: NO_FILTER[key] };
    found.push({ key, name: NAMES[key] ?? null, words: words.join(' or '), without });
  };
  list(
    'states',
    filter.states.map((state) => STATE_WORDS[state]),
  );
  list('dropped', filter.dropped === 'any' ? [] : [filter.dropped === 'dropped' ? 'Dropped' : 'Kept']);
  list(
    'dropRules',
    filter.dropRules.map((rule) => DROP_WORDS[rule]),
  );
  list(
    'languages',
    filter.languages.map((one) => one || 'no language'),
  );
  list(
    'splits',
    filter.splits.map((one) => one || 'no split'),
  );
  list(
    'tags',
    filter.tags.map((one) => one || 'no tag'),
  );
  list(
    'flags',
    filter.flags.map((flag) => FLAG_WORDS[flag]),
  );
  list('reasons', filter.reasons);
  list(
    'outcomes',
    filter.outcomes.map((outcome) => OUTCOME_WORDS[outcome]),
  );
  list('localised', filter.localised === 'any' ? [] : [LOCALISED_WORDS[filter.localised]]);
  list('notes', filter.notes === 'any' ? [] : [filter.notes === 'with' ? 'With notes' : 'Without notes']);
  list('reviewers', filter.reviewers.length === 0 ? [] : [`by ${filter.reviewers.join(' or ')}`]);
  list('labelling', filter.labelling === 'any' ? [] : [LABELLING_WORDS[filter.labelling]]);
  list('agreement', filter.agreement === 'any' ? [] : [AGREEMENT_WORDS[filter.agreement]]);
  list('pictures', filter.pictures === 'any' ? [] : [PICTURE_WORDS[filter.pictures]]);
  list(
    'nearDuplicates',
    filter.nearDuplicates === 'any' ? [] : [NEAR_DUPLICATE_WORDS[filter.nearDuplicates]],
  );
  list('batch', filter.batch === null ? [] : [`Batch ${filter.batch}`]);
  for (const [key, range] of Object.entries(filter.ranges)) {
    const measure = key as Measure;
    const ranges = { ...filter.ranges };
    delete ranges[measure];
    const words = `${MEASURE_WORDS[measure]} ${rangeWords(range)}`;
    found.push({ key: `ranges.${measure}`, name: null, words, without: { ranges } });
  }
  list('ids', filter.ids.length === 0 ? [] : [counted(filter.ids.length, 'selected sample')]);
  list('text', filter.text.trim() === '' ? [] : [`“${filter.text.trim()}”`]);
  return found;
}

/** `5% to 10%`, `from 50%`, `below 1%`; `known` where any number will do. */
export function rangeWords([low, high]: readonly [number, number]): string {
  if (high > 1 && low <= 0) return 'known';
  if (high > 1) return `from ${percent(low)}`;
  return low <= 0 ? `below ${percent(high)}` : `${percent(low)} to ${percent(high)}`;
}

/** The order after choosing `by`: its usual direction. */
export function sortBy(by: SortKey): SampleSort {
  return { by, descending: SORTS.find((sort) => sort.by === by)?.descending ?? false };
}

/** The words of an order: `Tag`, `Tag, turned round`. */
export function sortWords({ by, descending }: SampleSort): string {
  const sort = SORTS.find((known) => known.by === by);
  return `${sort?.words ?? 'Most alike first'}${descending === (sort?.descending ?? false) ? '' : ', reversed'}`;
}
