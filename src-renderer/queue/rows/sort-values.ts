/** What a list is sorted by, row by row, as short as a column of figures: `37.5%`, `0.82 bit`, `box 61%`. */
import type { SampleRow } from '../../../src-shared/contract/domain.ts';
import type { SortKey } from '../../../src-shared/contract/procedures.ts';
import { SCORE_FACTS } from '../../../src-shared/contract/score-facts.ts';
import { SORTS } from '../filters.ts';
import { OUTCOME_TIPS } from '../outcomes.ts';
import { bits, droppedWords, formatValue, shareFigure, STATE_WORDS } from '../../ui/words.ts';

export interface SortValue {
  /** What the figure is, in a word; null where the figure says it itself. */
  readonly name: string | null;
  /** Null: the row has no value, and stands behind those that have one. */
  readonly text: string | null;
  /** What it is, whole; without a value, why there is none. */
  readonly words: string;
}

/** The value of a row in an order; null where the order has none to show (as imported, most alike first). */
export function sortValue(row: SampleRow, by: SortKey): SortValue | null {
  switch (by) {
    case 'disagreement':
      return row.disagreement === null
        ? none('disagreement', `No disagreement: ${whyNoComparison(row)}`)
        : share(row.disagreement, 'disagreement');
    case 'uncertainty':
      return row.uncertainty === null
        ? none('uncertainty', `No uncertainty: ${row.predictionId === null ? NOT_LABELLED : NO_RPN}`)
        : counted('uncertainty', bits(row.uncertainty));
    case 'roiSize':
      return row.roiSize === null
        ? none('roiSize', `No region: ${row.predictionId === null ? NOT_LABELLED : NO_FOREGROUND}`)
        : share(row.roiSize, 'roiSize');
    case 'dropped':
      return dropped(row);
    case 'language':
      return itself(row.language, row.language ? `Language: ${row.language}` : 'No language');
    case 'tag':
      return tagged(row);
    case 'state':
      return itself(STATE_WORDS[row.state], STATE_WORDS[row.state]);
    case 'reviewed':
      return row.reviewedAt === null
        ? { name: 'reviewed', text: null, words: 'Not reviewed' }
        : { name: 'reviewed', text: moment(row.reviewedAt), words: `Reviewed ${moment(row.reviewedAt)}` };
    case 'outcome':
      return outcome(row);
    case 'imported':
    case 'listed':
      return null;
  }
}

/** A row's picture beside the one that the list is like. */
interface Alike {
  readonly similarity: number;
  readonly identical: boolean;
}

/** How like another one's a picture is, where a list is in that order. */
export function similarityValue({ similarity, identical }: Alike): SortValue {
  const text = similarity.toFixed(3);
  const words = `Similarity of the pictures: ${text}${identical ? ', the same bytes' : ''}`;
  return { name: 'similarity', text, words };
}

/** The value for a name that has it as a tile reads. */
export function spokenValue(row: SampleRow, by: SortKey, alike: Alike | null = null): string {
  const value = alike ? similarityValue(alike) : sortValue(row, by);
  if (!value) return '';
  if (value.text === null) return value.words;
  if (value.name !== null) return `${value.name} ${value.text}`;
  return `${value.text} (${SORTS.find((sort) => sort.by === by)!.words})`;
}

/** Whether what a person decides can change the value of an order. */
export function changesByDecision(by: SortKey): boolean {
  return by === 'reviewed' || by === 'roiSize';
}

/** What of a row is sorted by and changes by a decision. */
export function decidedFields({ roiSize, reviewedAt }: SampleRow): Pick<SampleRow, 'roiSize' | 'reviewedAt'> {
  return { roiSize, reviewedAt };
}

const NOT_LABELLED = 'not labelled yet';
const NO_RPN = 'the model has no RPN, or its map cannot be read';
const NO_FOREGROUND = 'the label has no foreground';

type Counted = 'disagreement' | 'uncertainty' | 'roiSize';
const SHORT: Readonly<Record<Counted, string>> = {
  disagreement: 'disagreement',
  uncertainty: 'uncertainty',
  roiSize: 'region',
};

/** A figure, what it is and how it is counted. */
function counted(by: Counted, text: string): SortValue {
  return { name: SHORT[by], text, words: `${SCORE_FACTS[by].name}: ${text}\n${SCORE_FACTS[by].counted}` };
}

function share(value: number, by: Counted): SortValue {
  return counted(by, shareFigure(value));
}

function none(by: Counted, words: string): SortValue {
  return { name: SHORT[by], text: null, words };
}

/** What says itself what it is. */
function itself(text: string | null, words: string): SortValue {
  return { name: null, text, words };
}

function outcome({ outcome: found, predictionId }: SampleRow): SortValue {
  if (found) return itself(OUTCOME_SHORT[found], OUTCOME_TIPS[found]);
  const why = predictionId === null ? NOT_LABELLED : 'no right answer is known';
  return itself(null, `Not scored: ${why}`);
}

const OUTCOME_SHORT = {
  fixed: 'fixed',
  broken: 'broken',
  both_right: 'right',
  both_wrong: 'wrong',
  alone_right: 'right, no crop',
  alone_wrong: 'wrong, no crop',
} as const;

/** The first in the order of the alphabet: the list is sorted by that one. */
function tagged({ tags: [first] }: SampleRow): SortValue {
  return first === undefined ? itself(null, 'No tag') : itself(first, `Tag: ${first}`);
}

function whyNoComparison(row: SampleRow): string {
  if (row.predictionId === null) return NOT_LABELLED;
  return row.dropped ? 'the label was dropped and decides nothing' : NO_RPN;
}

/** The order is by rule first; each rule has its own kind of number. */
function dropped({ dropped: found, predictionId }: SampleRow): SortValue {
  if (!found) return itself(null, predictionId === null ? 'Not labelled yet' : 'Not dropped');
  const text = {
    empty_answer: () => 'no answer',
    area: () => `box ${shareFigure(found.value)}`,
    low_max: () => `max ${formatValue(found.value)}`,
  }[found.rule]();
  return itself(text, droppedWords(found));
}

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', {
  day: '2-digit',
  month: 'short',
  year: 'numeric',
});

/** `29 Nov 2026 14:05`, in the time of the machine. */
function moment(iso: string): string {
  const then = new Date(iso);
  return `${DAY.format(then)} ${TIME.format(then)}`;
}
