/** The numbers of a sample as rows of a table: what each is called, its figure or why there is none. */
import type { NoScore, SampleScores, Score } from '../../src-shared/contract/procedures.ts';
import { SCORE_FACTS, type ScoreName } from '../../src-shared/contract/score-facts.ts';
import { bits, shareFigure } from '../ui/words.ts';

export const NO_SCORE_WORDS: Readonly<Record<NoScore, string>> = {
  not_labelled: 'Not labelled yet',
  dropped: 'The label was dropped: it decides nothing',
  undecided: 'Every token of the label is ignored',
  no_foreground: 'The label has no foreground on the picture',
  no_rpn: 'The model has no RPN, or its map holds what is no number',
  maps_lost: 'The maps of this sample are lost; labelling it again makes them anew',
  no_rpn_box: 'The RPN’s map gave no box',
  no_truth: 'No true box came with the data',
  truth_of_other_picture: 'The file was replaced: the true boxes are of the former picture',
};

export interface Figure {
  /** Null: there is none. */
  readonly text: string | null;
  /** Why there is none. */
  readonly why: string | null;
}

export interface ScoreRow {
  readonly name: ScoreName;
  readonly words: string;
  readonly counted: string;
  readonly predicted: Figure;
  /** Null where nothing was corrected, and for what is not of a label. */
  readonly corrected: Figure | null;
}

const OF_LABELS = ['rpnMask', 'rpnBox', 'truthMask', 'truthBox', 'roiSize'] as const;

/** Rows in the order they are read; before anything is known, the rows that there always are, empty. */
export function scoreRows(scores: SampleScores | null): ScoreRow[] {
  const row = (name: ScoreName, predicted: Figure, corrected: Figure | null = null): ScoreRow => {
    const { name: words, counted } = SCORE_FACTS[name];
    return { name, words, counted, predicted, corrected };
  };
  const { predicted, corrected } = scores ?? { predicted: null, corrected: null };
  const rows = OF_LABELS.map((name) =>
    row(name, figure(name, predicted?.[name]), corrected && figure(name, corrected[name])),
  );
  if (corrected) rows.push(row('iou', NOTHING, figure('iou', corrected.iou ?? 'undecided')));
  return [...rows, row('uncertainty', figure('uncertainty', scores?.uncertainty))];
}

const NOTHING: Figure = { text: '', why: null };

/** @param score undefined: not known yet */
function figure(name: ScoreName, score: Score | undefined): Figure {
  if (score === undefined) return NOTHING;
  if (typeof score === 'string') return { text: null, why: NO_SCORE_WORDS[score] };
  return { text: SCORE_FACTS[name].unit === 'bit' ? bits(score) : shareFigure(score), why: null };
}

/** The reasons of a table, each once, for a line below it. */
export function whyMissing(rows: readonly ScoreRow[]): string[] {
  const found = rows.flatMap(({ predicted, corrected }) => [predicted.why, corrected?.why ?? null]);
  return [...new Set(found.filter((why) => why !== null))];
}
