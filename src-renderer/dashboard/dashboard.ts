/** What the dashboard's numbers are called, and which filter shows the samples of each. Counts come from the main side. */
import type { SampleState } from '../../src-shared/contract/domain.ts';
import {
  HISTOGRAM_EDGES,
  PLACE_EDGES,
  type DashboardAnswers,
  type DashboardCounts,
  type DashboardShapes,
  type DashboardSpeed,
  type DashboardTags,
  type HistogramMeasure,
  type SampleFilter,
  type SampleGroup,
} from '../../src-shared/contract/procedures.ts';
import { DROP_WORDS, LABELLING_WORDS } from '../queue/filters.ts';
import { LOCALISED_WORDS, OUTCOME_WORDS } from '../queue/outcomes.ts';
import { percent, STATE_WORDS } from '../ui/words.ts';

/** A number, what it counts, and the samples it stands for: with `filter` over no other filter, exactly as many. */
export interface Figure {
  readonly words: string;
  readonly samples: number;
  readonly filter: Partial<SampleFilter>;
  /** Shown by this state's mark. */
  readonly state?: SampleState;
  /** A part of the figure above it. */
  readonly part?: boolean;
}

/** Numbers of one name in columns. */
export interface FigureRow {
  readonly name: string;
  readonly figures: readonly Figure[];
}

export const DECIDED = ['accepted', 'corrected', 'rejected'] as const satisfies readonly SampleState[];

export function allSamples({ samples }: DashboardCounts): Figure {
  return { words: 'All samples', samples, filter: {} };
}

/** Every sample is in exactly one. */
export function stateFigures({ byState }: DashboardCounts): Figure[] {
  const states: SampleState[] = ['unlabelled', 'pending', ...DECIDED];
  return states.map((state) => ({
    words: STATE_WORDS[state],
    samples: byState[state],
    filter: { states: [state] },
    state,
  }));
}

/** What became of labelling. Why labels were dropped stands under the dropped ones. */
export function labelFigures({ labelled, dropped, dropRules, failed, waiting }: DashboardCounts): Figure[] {
  return [
    {
      words: 'Kept label',
      samples: labelled - dropped,
      filter: { labelling: 'labelled', dropped: 'kept' },
    },
    { words: 'Dropped label', samples: dropped, filter: { dropped: 'dropped' } },
    ...dropRules.map(({ rule, samples }) => ({
      words: DROP_WORDS[rule],
      samples,
      filter: { dropRules: [rule] },
      part: true,
    })),
    { words: LABELLING_WORDS.failed, samples: failed, filter: { labelling: 'failed' } },
    { words: LABELLING_WORDS.waiting, samples: waiting, filter: { labelling: 'waiting' } },
  ];
}

/** A column of numbers; a state's is headed by its mark. */
export interface Column {
  readonly words: string;
  readonly state?: SampleState;
}

const stateColumn = (state: SampleState): Column => ({ words: STATE_WORDS[state], state });

export const REVIEWER_COLUMNS: readonly Column[] = [{ words: 'Decided' }, ...DECIDED.map(stateColumn)];

export function reviewerRows({ reviewers }: DashboardCounts): FigureRow[] {
  return reviewers.map((reviewer) => {
    const filter = { reviewers: [reviewer.name] };
    const samples = reviewer.accepted + reviewer.corrected + reviewer.rejected;
    return {
      name: reviewer.name,
      figures: [
        { words: `Decided by ${reviewer.name}`, samples, filter },
        ...DECIDED.map((state) => ({
          words: `${STATE_WORDS[state]} by ${reviewer.name}`,
          samples: reviewer[state],
          filter: { ...filter, states: [state] },
        })),
      ],
    };
  });
}

export function batchFigures({ batches }: DashboardCounts): Figure[] {
  return batches.map(({ id, decision, samples }) => ({
    words: `${decision === 'accept' ? 'Accepted' : 'Rejected'} by batch ${id}`,
    samples,
    filter: { batch: id },
  }));
}

/** What people made of the labels they decided on. */
export function agreementFigures({ byState }: DashboardCounts): Figure[] {
  const words = { accepted: 'Accepted unchanged', corrected: 'Corrected', rejected: 'Rejected' };
  return DECIDED.map((state) => ({
    words: words[state],
    samples: byState[state],
    filter: { states: [state] },
    state,
  }));
}

/** Samples decided by more than one person. */
export function sharedFigures({ agreement: { agree, differ } }: DashboardCounts): Figure[] {
  return [
    { words: 'Reviewers decided the same', samples: agree, filter: { agreement: 'agree' } },
    { words: 'Reviewers decided differently', samples: differ, filter: { agreement: 'differ' } },
  ];
}

export const GROUP_COLUMNS: readonly Column[] = [
  { words: 'Samples' },
  { words: 'Dropped' },
  stateColumn('pending'),
  ...DECIDED.map(stateColumn),
];

/** @param key which list of the filter picks a group */
export function groupRows(key: 'languages' | 'splits' | 'tags', groups: readonly SampleGroup[]): FigureRow[] {
  const none = { languages: 'No language', splits: 'No split', tags: 'No tag' };
  return groups.map(({ name, samples, dropped, byState }) => {
    const words = name || none[key];
    const filter: Partial<SampleFilter> = { [key]: [name] };
    const states: readonly SampleState[] = ['pending', ...DECIDED];
    return {
      name: words,
      figures: [
        { words, samples, filter },
        { words: `${words}, dropped`, samples: dropped, filter: { ...filter, dropped: 'dropped' } },
        ...states.map((state) => ({
          words: `${words}, ${STATE_WORDS[state].toLowerCase()}`,
          samples: byState[state],
          filter: { ...filter, states: [state] },
        })),
      ],
    };
  });
}

/** A histogram's bars from left to right. Disagreement is shown as its opposite, the overlap: full overlap is right. */
export function histogramBars(measure: HistogramMeasure, { histograms }: DashboardShapes): Figure[] {
  const edges = HISTOGRAM_EDGES[measure];
  const bars = histograms[measure].map((samples, i): Figure => {
    const [low, high] = [edges[i]!, edges[i + 1]!];
    return { words: binWords(measure, low, high), samples, filter: { ranges: { [measure]: [low, high] } } };
  });
  return measure === 'disagreement' ? bars.reverse() : bars;
}

function binWords(measure: HistogramMeasure, low: number, high: number): string {
  const top = Math.min(1, high);
  const [from, to] = measure === 'disagreement' ? [1 - top, 1 - low] : [low, top];
  return `${percent(from)} to ${percent(to)}`;
}

/** What to write under the edges of a histogram's bars, n + 1 for n bars; of even steps every other one. */
export function histogramTicks(measure: HistogramMeasure): string[] {
  const every = measure === 'roiSize' ? 1 : 2;
  return HISTOGRAM_EDGES[measure].map((edge, i) => (i % every === 0 ? percent(Math.min(1, edge)) : ''));
}

/** `[8*8]` row by row from the top left. */
export function placeCells({ places }: DashboardShapes): Figure[] {
  const size = PLACE_EDGES.length - 1;
  return places.map((samples, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    const range = (at: number): [number, number] => [PLACE_EDGES[at]!, PLACE_EDGES[at + 1]!];
    return {
      words: `row ${y + 1}, column ${x + 1} of ${size}`,
      samples,
      filter: { ranges: { roiX: range(x), roiY: range(y) } },
    };
  });
}

/** The samples in any of the places. */
export function placesTotal({ places }: DashboardShapes): Figure {
  const everywhere: [number, number] = [PLACE_EDGES[0], PLACE_EDGES.at(-1)!];
  return {
    words: 'With a region',
    samples: places.reduce((sum, n) => sum + n, 0),
    filter: { ranges: { roiX: everywhere, roiY: everywhere } },
  };
}

const BOTH_WAYS = ['fixed', 'broken', 'both_right', 'both_wrong'] as const;

/** The samples that were answered alone and with the crop, both scored. */
export function bothWays({ outcomes }: DashboardAnswers): Figure {
  return {
    words: 'Answered alone and with the crop',
    samples: BOTH_WAYS.reduce((sum, name) => sum + outcomes[name], 0),
    filter: { outcomes: [...BOTH_WAYS] },
  };
}

/** What the crop bought, of {@link bothWays}. */
export function cropFigures({ outcomes }: DashboardAnswers): Figure[] {
  const { fixed, broken, both_right: right, both_wrong: wrong } = outcomes;
  return [
    { words: 'Right alone', samples: right + broken, filter: { outcomes: ['both_right', 'broken'] } },
    { words: 'Right with the crop', samples: right + fixed, filter: { outcomes: ['both_right', 'fixed'] } },
    { words: OUTCOME_WORDS.fixed, samples: fixed, filter: { outcomes: ['fixed'] }, part: true },
    { words: OUTCOME_WORDS.broken, samples: broken, filter: { outcomes: ['broken'] }, part: true },
    { words: OUTCOME_WORDS.both_wrong, samples: wrong, filter: { outcomes: ['both_wrong'] } },
  ];
}

/** What the crop has no part in. */
export function otherAnswerFigures({ outcomes, unscored, localised }: DashboardAnswers): Figure[] {
  return [
    { words: LOCALISED_WORDS.unused, samples: localised.unused, filter: { localised: 'unused' } },
    {
      words: OUTCOME_WORDS.alone_right,
      samples: outcomes.alone_right,
      filter: { outcomes: ['alone_right'] },
    },
    {
      words: OUTCOME_WORDS.alone_wrong,
      samples: outcomes.alone_wrong,
      filter: { outcomes: ['alone_wrong'] },
    },
    { words: OUTCOME_WORDS.unscored, samples: unscored, filter: { outcomes: ['unscored'] } },
  ];
}

/** The samples that the crop changed; fixed less broken is the net. */
export function changedFigure({ outcomes: { fixed, broken } }: DashboardAnswers): Figure {
  return { words: 'Changed by the crop', samples: fixed + broken, filter: { outcomes: ['fixed', 'broken'] } };
}

/** `+4.2 points`, `−0.5 points`: of shares, in hundredths. */
export function pointsWords(share: number): string {
  const points = (Math.abs(share) * 100).toFixed(1);
  return `${Number(points) === 0 ? '' : share < 0 ? '−' : '+'}${points}`;
}

export function totalOf(figures: readonly Figure[]): number {
  return figures.reduce((sum, { samples }) => sum + samples, 0);
}

/** The samples in any of a histogram's bars: those whose measure is known. */
export function histogramTotal(measure: HistogramMeasure, { histograms }: DashboardShapes): Figure {
  const edges = HISTOGRAM_EDGES[measure];
  const samples = histograms[measure].reduce((sum, n) => sum + n, 0);
  const words = { disagreement: 'Label and RPN compared', iou: 'Corrected', roiSize: 'With a region' };
  return {
    words: words[measure],
    samples,
    filter: { ranges: { [measure]: [edges[0]!, edges.at(-1)!] } },
  };
}

/** `Most common: 5% to 10% (44%)`, the text that stands for a picture of bars. */
export function mostWords(figures: readonly Figure[]): string {
  const total = totalOf(figures);
  if (total === 0) return 'Nothing to show yet';
  const most = figures.reduce((a, b) => (b.samples > a.samples ? b : a));
  return `Most common: ${most.words} (${shareWords(most.samples, total)})`;
}

/** `12.5%`; nothing of nothing is a dash. */
export function shareWords(samples: number, total: number): string {
  return total === 0 ? '–' : percent(samples / total);
}

/** The samples a person decided last, and what is left at that speed. */
export function speedFigures(
  { sampleIds }: DashboardSpeed,
  { byState }: DashboardCounts,
): { latest: Figure; left: Figure } {
  return {
    latest: { words: 'Your latest decisions', samples: sampleIds.length, filter: { ids: [...sampleIds] } },
    left: { words: 'Left to review', samples: byState.pending, filter: { states: ['pending'] } },
  };
}

/** How long reviewing `samples` takes, in seconds; null without a known speed. */
export function secondsLeft(samples: number, perMinute: number | null): number | null {
  return perMinute === null ? null : (samples / perMinute) * 60;
}

/** Every number of the dashboard, for whoever wants to check that each opens as many samples as it says. */
export function allFigures(
  counts: DashboardCounts,
  shapes: DashboardShapes,
  tags: DashboardTags,
  speed: DashboardSpeed,
  answers: DashboardAnswers,
): Figure[] {
  const rows = [
    ...reviewerRows(counts),
    ...groupRows('languages', counts.languages),
    ...groupRows('splits', counts.splits),
    ...groupRows('tags', tags.groups),
  ];
  const { latest, left } = speedFigures(speed, counts);
  return [
    allSamples(counts),
    ...stateFigures(counts),
    ...labelFigures(counts),
    ...batchFigures(counts),
    ...agreementFigures(counts),
    ...sharedFigures(counts),
    ...rows.flatMap(({ figures }) => figures),
    ...(['disagreement', 'iou', 'roiSize'] as const).flatMap((measure) => [
      ...histogramBars(measure, shapes),
      histogramTotal(measure, shapes),
    ]),
    ...placeCells(shapes),
    placesTotal(shapes),
    bothWays(answers),
    ...cropFigures(answers),
    changedFigure(answers),
    ...otherAnswerFigures(answers),
    latest,
    left,
  ];
}
