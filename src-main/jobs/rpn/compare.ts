/**
 * Two versions on the same samples: against what people corrected (an accepted label is the teacher's own), against all that people
 * stand behind, or against the samples' known boxes. What either learned from says nothing about how it does on others.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import {
  COMPARED_MEASURES,
  type Agreement,
  type Compared,
  type ComparedOver,
  type NotCompared,
  type PairedMeasure,
  type RpnComparison,
} from '../../../src-shared/contract/training.ts';
import { BOOTSTRAP_DRAWS, pairedDifference } from '../../../src-shared/kernels/measures/bootstrap.ts';
import { type Project, withSnapshot } from '../../store/file/project.ts';
import { comparableAfter, type ComparableSample, heldOutBy } from '../../store/training/comparable.ts';
import { learnedPictures } from './learned.ts';
import { type Kept, knownOf, measured, type Pair, sideOf } from './measured.ts';

const PAGE = 200;
/** From here on fewer draws: so many pairs move a mean little. */
const MANY = 100_000;
const DRAWS_OF_MANY = 200;

export interface CompareOptions {
  readonly against: RpnComparison['against'];
  /** Null: the samples held out, where something is known of one; else those that neither learned from. Default: the latter. */
  readonly over?: ComparedOver | null;
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
  /** Samples measured, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
  /** What was measured of these sides against the same before; more is put into it. */
  readonly kept?: Kept;
}

/** One sample's numbers on both sides. */
export interface ComparedSample extends Pair {
  readonly sampleId: number;
  /** The predictions that speak for the sides. */
  readonly predictions: readonly [a: number, b: number];
  /** A side's run held it out, and neither learned from it. */
  readonly heldOut: boolean;
}

/** And whose picture it is of. */
type OfPicture = ComparedSample & { readonly imageId: number };

export interface ComparedVersions {
  readonly comparison: RpnComparison;
  /** In the order of samples: who wins where. */
  readonly samples: readonly ComparedSample[];
}

/**
 * @throws FoveaError `bad_input` when no sample is left to compare on, with the reasons, and where accepted labels would be measured
 *   with themselves; `cancelled` by the signal
 */
export async function compareVersions(
  project: Project,
  [a, b]: readonly [Compared, Compared],
  options: CompareOptions,
): Promise<ComparedVersions> {
  const { against, seed = 0, signal, onProgress, kept = new Map() } = options;
  requireOtherThanTeacher([a, b], against);
  const learned = await learnedPictures(project, [a, b], { signal });
  const leftOut = new Map<NotCompared, number>();
  const count = (reason: NotCompared): void => void leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
  const samples: OfPicture[] = [];
  const known = { held_out: 0, unseen: 0, all: 0 };
  const { over, seen } = await withSnapshot(project, async (db) => {
    const sides = [sideOf(db, a), sideOf(db, b)] as const;
    const heldOut = heldOutBy(
      db,
      [a, b].flatMap(({ rpnId }) => rpnId ?? []),
    );
    const found: (ComparableSample & { readonly learned: boolean; readonly held: boolean })[] = [];
    let seen = 0;
    for (let page = comparableAfter(db, [a.runId, b.runId], 0, PAGE); page.length > 0;) {
      seen += page.length;
      for (const sample of page) {
        if (!sample.ofThisPicture) count('picture_changed');
        else if (knownOf(sample, against) === null) count('nothing_known');
        else {
          const isLearned = learned(sample.imageId);
          const held = !isLearned && heldOut.has(sample.sampleId);
          found.push({ ...sample, learned: isLearned, held });
          known.all++;
          if (!isLearned) known.unseen++;
          if (held) known.held_out++;
        }
      }
      await pause(signal);
      page = comparableAfter(db, [a.runId, b.runId], page.at(-1)!.sampleId, PAGE);
    }
    const over = overOf(options.over, known);
    const chosen = found.filter((sample) => {
      if (over === 'all') return true;
      if (sample.learned) count('learned_from');
      else if (over === 'held_out' && !sample.held) count('not_held_out');
      else return true;
      return false;
    });
    for (const [n, sample] of chosen.entries()) {
      const pair = measured(db, sample, sides, against, kept);
      if (typeof pair === 'string') count(pair);
      else {
        const { sampleId, imageId, held } = sample;
        samples.push({
          sampleId,
          imageId,
          predictions: [sample.a, sample.b],
          heldOut: held,
          a: pair.a,
          b: pair.b,
        });
      }
      if (n % PAGE === PAGE - 1) {
        onProgress?.(n + 1, chosen.length);
        await pause(signal);
      }
    }
    onProgress?.(chosen.length, chosen.length);
    return { over, seen };
  });
  if (samples.length === 0) throw nothingToCompare(against, over, leftOut, seen);
  const of = (name: keyof Agreement): PairedMeasure | null => paired(samples, name, seed);
  const [auc, iou, boxRecall] = COMPARED_MEASURES.map(of);
  const counts = { samples: samples.length, known, leftOut: Object.fromEntries(leftOut) };
  return {
    comparison: { a, b, against, over, ...counts, auc: auc!, iou: iou!, boxRecall: boxRecall! },
    samples,
  };
}

function overOf(wanted: ComparedOver | null | undefined, known: RpnComparison['known']): ComparedOver {
  if (wanted === null) return known.held_out > 0 ? 'held_out' : 'unseen';
  return wanted ?? 'unseen';
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) throw new FoveaError('cancelled', 'comparing was stopped', { next: 'Start it again' });
  await breathe();
}

/** Throws `bad_input` where g′, of whichever run, would be measured with labels that are its own. */
function requireOtherThanTeacher(
  sides: readonly [Compared, Compared],
  against: RpnComparison['against'],
): void {
  if (against !== 'reviewed' || sides.every(({ kind }) => kind !== 'teacher' && kind !== 'run')) return;
  throw new FoveaError(
    'bad_input',
    "accepted labels were made from the teacher's map: it cannot be measured with them",
    {
      next: 'Compare with the teacher against corrected labels or known boxes',
    },
  );
}

function paired(samples: readonly OfPicture[], name: keyof Agreement, seed: number): PairedMeasure | null {
  const pairs = samples.flatMap(({ imageId, a, b }) => {
    const [left, right] = [a[name], b[name]];
    return left === null || right === null ? [] : [[left, right, imageId] as const];
  });
  const [left, right] = [pairs.map(([value]) => value), pairs.map(([, value]) => value)];
  const found = pairedDifference(left, right, seed, {
    draws: pairs.length > MANY ? DRAWS_OF_MANY : BOOTSTRAP_DRAWS,
    pictures: pairs.map(([, , picture]) => picture),
  });
  if (!found) return null;
  const mean = (values: readonly number[]): number => values.reduce((x, y) => x + y, 0) / values.length;
  const [a, b, ties] = found.wins;
  return {
    n: found.n,
    a: mean(left),
    b: mean(right),
    difference: found.mean,
    low: found.low,
    high: found.high,
    wins: { a, b, ties },
  };
}

function nothingToCompare(
  against: RpnComparison['against'],
  over: ComparedOver,
  leftOut: ReadonlyMap<NotCompared, number>,
  seen: number,
): FoveaError {
  const why = [...leftOut]
    .sort((x, y) => y[1] - x[1])
    .map(([reason, n]) => `${n} ${reason.replaceAll('_', ' ')}`);
  const message =
    seen === 0 ? 'no sample was predicted with both' : `no sample is left to compare on (${why.join(', ')})`;
  const wider =
    over === 'all'
      ? ''
      : over === 'held_out'
        ? ', or on all samples that neither learned from'
        : ', or on all samples (--learned-too)';
  const next =
    against === 'truth'
      ? `Import boxes with the questions, compare against corrections (without --truth)${wider}`
      : `Correct samples that neither learned from, compare against known boxes (--truth)${wider}`;
  return new FoveaError('bad_input', message, { next });
}
