/** Frozen versions in words. */
import type { DatasetCard } from '../../src-shared/contract/datasets.ts';
import { sampleStateSchema } from '../../src-shared/contract/domain.ts';
import { counted, formatCount, reasonWords, STATE_WORDS } from '../ui/words.ts';

/** Digits of a hash that tell versions apart on screen. */
const HASH_SHOWN = 12;

export function shortHash(sha256: string): string {
  return sha256.slice(0, HASH_SHOWN);
}

const FIELD_WORDS: Readonly<Record<string, string>> = {
  question_id: 'id',
  image: 'picture',
  picture: 'picture',
  size: 'picture',
  question: 'question',
  answer: 'answer',
  benchmark: 'benchmark',
  outside_answers: 'other models’ answers',
  language: 'language',
  split: 'split',
  tags: 'tags',
  boxes: 'truth boxes',
  proposals: 'proposed boxes',
  state: 'decision',
  prediction: 'prediction',
  review: 'decision',
  label: 'label',
  made: 'prediction',
  scores: 'scores',
};

/** What of a sample is another in two versions: `decision, label`. */
export function fieldWords(fields: readonly string[]): string {
  return [...new Set(fields.map((field) => FIELD_WORDS[field] ?? field.replaceAll('_', ' ')))].join(', ');
}

/** `Ana 30, Bo 12`, the most frequent first; null: there is nothing. */
function tally(counts: Readonly<Record<string, number>>, words: (name: string) => string): string | null {
  const all = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return all.length === 0
    ? null
    : all.map(([name, count]) => `${words(name)} ${formatCount(count)}`).join(', ');
}

const named = (name: string): string => (name === '' ? 'none' : name);
const RULES: Readonly<Record<string, string>> = {
  empty_answer: 'no answer',
  area: 'box too large',
  low_max: 'attention too weak',
};

function stateWords(name: string): string {
  const state = sampleStateSchema.safeParse(name);
  return state.success ? STATE_WORDS[state.data].toLowerCase() : name;
}

/** What a version is made of, line by line; null: nothing is to be said there. */
export function cardLines(card: DatasetCard): readonly (readonly [name: string, words: string | null])[] {
  const { agree, differ } = card.agreement;
  return [
    ['Samples', `${formatCount(card.samples)} of ${counted(card.pictures, 'picture')}`],
    ['Decisions', tally(card.states, stateWords)],
    ['Splits', tally(card.splits, named)],
    ['Reviewers', tally(card.reviewers, named)],
    [
      'Agreement',
      agree + differ === 0
        ? null
        : `${counted(agree + differ, 'sample')} by two or more: ${formatCount(agree)} alike, ${formatCount(differ)} not`,
    ],
    ['Languages', tally(card.languages, named)],
    ['Labels dropped', tally(card.dropped, (rule) => RULES[rule] ?? rule)],
    ...card.runs.map(
      ({ run, model, preset, rpn, answers, samples }) =>
        [
          `Run ${run}`,
          `${model}, ${preset}${rpn === null ? '' : `, RPN ${rpn}`}${answers === 'teacher' ? ', given answers' : ''}: ${counted(samples, 'sample')}`,
        ] as const,
    ),
    ['Left out', tally(card.left, reasonWords)],
    ['Licence', card.licence ?? 'not stated'],
  ];
}
