/** Comparisons in words, and what is remembered of the last one. */
import { z } from 'zod';
import {
  COMPARED_MEASURES,
  comparedAgainstSchema,
  comparedOverSchema,
  type Compared,
  type ComparedAgainst,
  type ComparedMeasure,
  type ComparedOver,
  type NotCompared,
  type PairedMeasure,
  type RpnComparison,
} from '../../src-shared/contract/training.ts';
import type { Run } from '../../src-shared/contract/domain.ts';
import { comparedSideSchema } from '../../src-shared/contract/procedures/measuring/comparing.ts';
import type { ComparableSide, ComparableSides, ComparedSide } from '../../src-shared/contract/procedures.ts';
import { verdictOf } from '../../src-shared/kernels/measures/verdict.ts';
import { runTitle } from '../ui/run-words.ts';
import { formatCount, samplesWords } from '../ui/words.ts';

/** What a person compares, and how they look at it. */
export const choiceSchema = z.object({
  /** Null: nobody chose yet. */
  a: comparedSideSchema.nullable(),
  b: comparedSideSchema.nullable(),
  /** Null: corrected labels where there are some, else known boxes. */
  against: comparedAgainstSchema.nullable(),
  /** Null: held-out samples where there are some, else those that neither learned from. */
  over: comparedOverSchema.nullable(),
  measure: z.enum(COMPARED_MEASURES),
  which: z.enum(['all', 'a', 'b', 'ties']),
  first: z.enum(['a', 'b']),
});
export type Choice = z.infer<typeof choiceSchema>;

export const NO_CHOICE: Choice = {
  a: null,
  b: null,
  against: null,
  over: null,
  measure: 'auc',
  which: 'all',
  first: 'a',
};

export const MEASURE_WORDS: Readonly<Record<ComparedMeasure, string>> = {
  auc: 'AUC',
  iou: 'IoU',
  boxRecall: 'Box recall',
};

/** What a number says, for whoever points at it. */
export const MEASURE_TIPS: Readonly<Record<ComparedMeasure, string>> = {
  auc: 'How often a token in the region scores above one outside it; 0.5 is chance',
  iou: 'Overlap over union of the region and the tokens above the preset’s threshold',
  boxRecall: 'Share of the region’s tokens inside the boxes that would be cropped',
};

export const AGAINST_WORDS: Readonly<Record<ComparedAgainst, string>> = {
  corrected: 'Corrected labels',
  reviewed: 'Corrected and accepted labels',
  truth: 'Truth boxes',
};

export const OVER_WORDS: Readonly<Record<ComparedOver, string>> = {
  held_out: 'Held out by their runs',
  unseen: 'New to both sides',
  all: 'All that both predicted',
};

/** The run that a side speaks of with the map that made its labels; null where it is no run's. */
export function runOfSide(side: ComparedSide): number | null {
  return typeof side === 'string' && side.startsWith('run:') ? Number(side.slice(4)) : null;
}

/** Sides as choices; the teacher is the map that made the labels. */
export function sideWords(
  side: ComparedSide,
  sides: readonly ComparableSide[],
  runs: readonly Run[],
): string {
  const runId = runOfSide(side);
  if (runId !== null) {
    const run = runs.find(({ id }) => id === runId);
    return run ? runTitle(run) : `Run ${runId}`;
  }
  if (side === 'own') return 'The model’s own RPN';
  if (side === 'teacher') return 'Teacher (the map that made the labels)';
  return sides.find((one) => one.side === side)?.name ?? `Version ${side}`;
}

/** As {@link sideWords}, where there is little room. */
export function shortWords({ kind, name, runId }: Pick<Compared, 'kind' | 'name' | 'runId'>): string {
  if (kind === 'run') return `Run ${runId}`;
  return kind === 'own' ? 'Model’s own' : kind === 'teacher' ? 'Teacher' : name;
}

/**
 * The two sides of a choice: those chosen as long as they are there, else the newest version beside what it is to be better than:
 * the one in use, the model's own, another one, the teacher. Without any RPN, the two newest runs.
 * @param inUse what labelling uses; null: what the model brings itself
 * @param runs of the project, the oldest first
 */
export function sidesOf(
  { a, b }: Pick<Choice, 'a' | 'b'>,
  { sides }: Pick<ComparableSides, 'sides'>,
  inUse: number | null,
  runs: readonly Pick<Run, 'id'>[],
): { readonly a: ComparedSide; readonly b: ComparedSide } | null {
  const ofRuns = [...runs].reverse().map(({ id }): ComparedSide => `run:${id}`);
  if (sides.length === 0 && ofRuns.length < 2) return null;
  const there = (side: ComparedSide): boolean =>
    (side === 'teacher' && sides.length > 0) ||
    sides.some((one) => one.side === side) ||
    ofRuns.includes(side);
  const newest = sides.length === 0 ? ofRuns : [...sides].reverse().map(({ side }) => side);
  const first = [a, ...newest].find((side) => side !== null && side !== b && there(side)) ?? newest[0]!;
  const others: (ComparedSide | null)[] = [b, inUse ?? 'own', 'own', ...newest];
  const second = others.find((side) => side !== null && side !== first && there(side));
  return { a: first, b: second ?? 'teacher' };
}

/** What one side is measured against where nobody chose. */
export function againstOf(chosen: ComparedAgainst | null, corrected: number): ComparedAgainst {
  return chosen ?? (corrected > 0 ? 'corrected' : 'truth');
}

/** Accepted labels were made from the teacher's map. */
export function mayBeAgainst(against: ComparedAgainst, a: ComparedSide, b: ComparedSide): boolean {
  const ofTeacher = (side: ComparedSide): boolean => side === 'teacher' || runOfSide(side) !== null;
  return against !== 'reviewed' || !(ofTeacher(a) || ofTeacher(b));
}

/** `On 24 samples that were held out: neither side learned from them.` */
export function onWords({ over, samples, known }: RpnComparison): string {
  const all = samplesWords(samples);
  if (over === 'held_out')
    return `On ${all} that a run held out; neither side learned from ${itOf(samples)}.`;
  if (over === 'all') {
    const learned = known.all - known.unseen;
    return learned === 0
      ? `On all ${all} of which this is known; neither side learned from any.`
      : `On all ${all}; a side learned from ${formatCount(learned)} of them, which flatters it.`;
  }
  return `On ${all} that neither side learned from.`;
}

function itOf(n: number): string {
  return n === 1 ? 'it' : 'them';
}

const LEFT_OUT: Readonly<Record<NotCompared, string>> = {
  learned_from: 'that a side learned from',
  not_held_out: 'not held out',
  nothing_known: 'with nothing to measure against',
  no_map: 'without a map of one side',
  picture_changed: 'whose picture has changed',
};

/** `Left out: 12 learned from by a side, 3 …`; null: nothing was. */
export function leftOutWords({ leftOut }: Pick<RpnComparison, 'leftOut'>): string | null {
  const out = Object.entries(leftOut)
    .filter(([, n]) => n > 0)
    .sort((x, y) => y[1] - x[1])
    .map(([reason, n]) => `${formatCount(n)} ${LEFT_OUT[reason as NotCompared]}`);
  return out.length === 0 ? null : `Left out: ${out.join(', ')}.`;
}

/** What the numbers say of two sides, called by these names. */
export function verdictWords(paired: PairedMeasure, a: string, b: string): string {
  const verdict = verdictOf(paired);
  if (verdict === 'few') return 'Too few samples to say';
  return verdict === 'unsure' ? 'No sure difference' : `${verdict === 'a' ? a : b} is better`;
}

/** Why a measure has no number. */
export function withoutWords(measure: ComparedMeasure, { a, b }: Pick<RpnComparison, 'a' | 'b'>): string {
  if (measure === 'iou' && [a, b].some(({ kind }) => kind === 'run'))
    return 'The map that makes labels is not a probability, so no token is in or out';
  if (measure === 'iou' && (a.kind === 'teacher' || b.kind === 'teacher'))
    return 'The teacher’s map is not a probability, so no token is in or out';
  return 'Regions that fill all or none of a picture have none';
}

/** Digits after the point; a dash where nothing was measured. */
export function digits(value: number | null, after = 3): string {
  return value === null ? '–' : value.toFixed(after);
}

/** Four digits after the point and a sign, so that it is read as a difference. */
export function signed(value: number): string {
  const text = value.toFixed(4);
  if (Number(text) === 0) return '0.0000';
  return value > 0 ? `+${text}` : text.replace('-', '−');
}
