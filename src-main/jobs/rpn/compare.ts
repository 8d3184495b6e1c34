/**
 * Two versions on the same samples: against what people corrected (an accepted label is the teacher's own), or against the
 * samples' known boxes. Samples that either learned from say nothing about how it does on others, and are left out.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { RoiParams } from '../../../src-shared/contract/preset.ts';
import {
  type Compared,
  NEAR_DUPLICATE_BITS,
  type NotCompared,
  type PairedMeasure,
  type RpnComparison,
} from '../../../src-shared/contract/training.ts';
import { BOOTSTRAP_DRAWS, pairedDifference } from '../../../src-shared/kernels/measures/bootstrap.ts';
import type { ReadableDb } from '../../store/db.ts';
import { type Project, withSnapshot } from '../../store/file/project.ts';
import { getPrediction, getPredictionMaps } from '../../store/predictions/prediction.ts';
import { getRun } from '../../store/runs/run.ts';
import {
  comparableAfter,
  type ComparableSample,
  picturesLearnedFrom,
} from '../../store/training/comparable.ts';
import { type Agreement, agreementOf, type Found, type Target, truthTarget } from '../measuring/agreement.ts';
import { pictureGroups } from '../training-data/picture-groups.ts';

const PAGE = 200;
/** From here on fewer draws: so many pairs move a mean little. */
const MANY = 100_000;
const DRAWS_OF_MANY = 200;

export interface CompareOptions {
  readonly against: RpnComparison['against'];
  /** Samples too that a version learned from. */
  readonly learnedToo?: boolean;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (seen: number) => void;
}

/** One sample's numbers on both sides. */
export interface ComparedSample {
  readonly sampleId: number;
  readonly a: Agreement;
  readonly b: Agreement;
}

export interface ComparedVersions {
  readonly comparison: RpnComparison;
  /** In the order of samples: who wins where. */
  readonly samples: readonly ComparedSample[];
}

/**
 * @throws FoveaError `bad_input` when no sample is left to compare on, with the reasons; `cancelled` by the signal
 */
export async function compareVersions(
  project: Project,
  [a, b]: readonly [Compared, Compared],
  { against, learnedToo = false, seed = 0, signal, onProgress }: CompareOptions,
): Promise<ComparedVersions> {
  const learned = learnedToo ? null : await learnedPictures(project, [a, b], signal);
  const leftOut = new Map<NotCompared, number>();
  const samples: ComparedSample[] = [];
  let seen = 0;
  await withSnapshot(project, async (db) => {
    const sides = [sideOf(db, a), sideOf(db, b)] as const;
    for (let page = comparableAfter(db, [a.runId, b.runId], 0, PAGE); page.length > 0;) {
      for (const sample of page) {
        const found = measured(db, sample, sides, against, learned);
        if (typeof found === 'string') leftOut.set(found, (leftOut.get(found) ?? 0) + 1);
        else samples.push(found);
      }
      seen += page.length;
      onProgress?.(seen);
      if (signal?.aborted)
        throw new FoveaError('cancelled', 'comparing was stopped', { next: 'Start it again' });
      await breathe();
      page = comparableAfter(db, [a.runId, b.runId], page.at(-1)!.sampleId, PAGE);
    }
  });
  if (samples.length === 0) throw nothingToCompare(against, leftOut, seen);
  const of = (name: keyof Agreement): PairedMeasure | null => paired(samples, name, seed);
  return {
    comparison: {
      a,
      b,
      against,
      samples: samples.length,
      leftOut: Object.fromEntries(leftOut),
      auc: of('auc'),
      iou: of('iou'),
      boxRecall: of('boxRecall'),
    },
    samples,
  };
}

interface Side {
  readonly map: 'rpn' | 'denoised';
  readonly prediction: 'a' | 'b';
  readonly roi: RoiParams;
}

function sideOf(db: ReadableDb, { kind, runId }: Compared): Omit<Side, 'prediction'> {
  return { map: kind === 'teacher' ? 'denoised' : 'rpn', roi: getRun(db, runId).preset.roi };
}

function measured(
  db: ReadableDb,
  sample: ComparableSample,
  [a, b]: readonly [Omit<Side, 'prediction'>, Omit<Side, 'prediction'>],
  against: RpnComparison['against'],
  learned: ((imageId: number) => boolean) | null,
): ComparedSample | NotCompared {
  const target = against === 'corrected' ? sample.corrected : null;
  const known = against === 'corrected' ? target !== null : sample.truthBoxes.length > 0;
  if (!sample.ofThisPicture) return 'picture_changed';
  if (!known) return 'nothing_known';
  if (learned?.(sample.imageId)) return 'learned_from';
  const [left, right] = [foundIn(db, sample.a, a.map), foundIn(db, sample.b, b.map)];
  if (!left || !right) return 'no_map';
  const on: Target = target ?? truthTarget(sample.truthBoxes, left.map.grid, left.map.transform)!;
  return {
    sampleId: sample.sampleId,
    a: agreementOf(left, on, a.roi),
    b: agreementOf(right, on, b.roi),
  };
}

function foundIn(db: ReadableDb, predictionId: number, map: Side['map']): Found | null {
  const placed = getPredictionMaps(db, predictionId)?.[map];
  if (!placed) return null;
  const { boxes } = getPrediction(db, predictionId).prediction;
  return { map: placed, boxes: boxes[map], kind: map === 'rpn' ? 'rpn' : 'attention' };
}

function paired(
  samples: readonly ComparedSample[],
  name: keyof Agreement,
  seed: number,
): PairedMeasure | null {
  const pairs = samples.flatMap(({ a, b }) => {
    const [left, right] = [a[name], b[name]];
    return left === null || right === null ? [] : [[left, right] as const];
  });
  const [left, right] = [pairs.map(([value]) => value), pairs.map(([, value]) => value)];
  const found = pairedDifference(left, right, seed, pairs.length > MANY ? DRAWS_OF_MANY : BOOTSTRAP_DRAWS);
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

/** Whether a picture, or one that looks the same, was learned from. Null: nothing was, as far as the project knows. */
async function learnedPictures(
  project: Project,
  sides: readonly [Compared, Compared],
  signal: AbortSignal | undefined,
): Promise<((imageId: number) => boolean) | null> {
  const versions = sides.flatMap(({ rpnId }) => rpnId ?? []);
  const pictures = picturesLearnedFrom(project.db, versions);
  if (pictures.length === 0) return null;
  const compared = await comparedPictures(project, sides);
  const all = [...new Set([...pictures, ...compared])].sort((x, y) => x - y);
  const { groupOf } = await pictureGroups(project, all, NEAR_DUPLICATE_BITS, { signal });
  const learned = new Set(pictures);
  const groups = new Set(pictures.flatMap((id) => groupOf.get(id) ?? []));
  return (id) => learned.has(id) || groups.has(groupOf.get(id) ?? -1);
}

async function comparedPictures(project: Project, [a, b]: readonly [Compared, Compared]): Promise<number[]> {
  const found = new Set<number>();
  let after = 0;
  for (;;) {
    const page = comparableAfter(project.db, [a.runId, b.runId], after, PAGE);
    if (page.length === 0) return [...found];
    for (const { imageId } of page) found.add(imageId);
    after = page.at(-1)!.sampleId;
    await breathe();
  }
}

function nothingToCompare(
  against: RpnComparison['against'],
  leftOut: ReadonlyMap<NotCompared, number>,
  seen: number,
): FoveaError {
  const why = [...leftOut]
    .sort((x, y) => y[1] - x[1])
    .map(([reason, n]) => `${n} ${reason.replaceAll('_', ' ')}`);
  const message =
    seen === 0 ? 'no sample was predicted with both' : `no sample is left to compare on (${why.join(', ')})`;
  const next =
    against === 'corrected'
      ? 'Correct samples that neither learned from, compare against known boxes (--truth), or on all samples (--learned-too)'
      : 'Import boxes with the questions, or compare against corrections (without --truth)';
  return new FoveaError('bad_input', message, { next });
}
