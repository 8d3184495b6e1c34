/** Chooses what a training run learns from and is measured with, and freezes it. */
import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import {
  type TrainingCounts,
  type TrainingData,
  type TrainingDataWish,
  type TrainingLeftOut,
  type TrainingSample,
  trainingDataSchema,
} from '../../../src-shared/contract/training.ts';
import { type Project, withSnapshot } from '../../store/file/project.ts';
import { patiently } from '../../store/patience.ts';
import { sampleIdsAfter } from '../../store/samples/query.ts';
import { noteTrainingData } from '../../store/training/training-run.ts';
import { clearTrainingSamples, putTrainingSamples } from '../../store/training/training-sample.ts';
import { checkInThread } from '../pictures/in-thread.ts';
import { type Candidate, candidates, type Slot } from './candidates.ts';
import { type GroupHooks, type PictureGroups, pictureGroups } from './picture-groups.ts';
import { heldOutGroups } from './split.ts';

const PAGE = 1000;

export interface ChoiceHooks extends GroupHooks {
  /** The pictures' files were looked at just before: what is known of them counts. */
  readonly picturesAreKnown?: boolean;
}

export interface TrainingChoice {
  readonly counts: TrainingCounts;
  /** Over every row of the list, in the order of samples. */
  readonly sha256: Uint8Array;
  /** The list, in the order of samples. */
  samples(): Iterable<TrainingSample>;
}

/**
 * Looks at the pictures' files first, so that no label is learned with a picture it was not made on. The same project, wish and
 * seed give the same list.
 * @throws FoveaError `bad_input` when nothing is left to learn from, when no group of pictures can be held out, or when all labels
 *   are of one class; `not_found` without the run; `cancelled` by the signal; `io` when the pictures' disk does not answer
 */
export async function chooseTrainingData(
  project: Project,
  wish: TrainingDataWish,
  hooks: ChoiceHooks = {},
): Promise<TrainingChoice> {
  const data = trainingDataSchema.parse(wish);
  if (!hooks.picturesAreKnown) await checkInThread(project, false, { signal: hooks.signal });
  const leftOut = new Map<TrainingLeftOut, number>();
  const count = (reason: TrainingLeftOut): void => void leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
  const found = await allCandidates(project, data, count, hooks.signal);
  const images = [...new Set(found.map(({ imageId }) => imageId))].sort((a, b) => a - b);
  const groups = await pictureGroups(project, images, data.nearDuplicateBits, hooks);
  const usable = found.filter(({ imageId }) => {
    if (groups.groupOf.has(imageId)) return true;
    count('picture_unreadable');
    return false;
  });
  const counts = { leftOut: Object.fromEntries(leftOut) };
  if (usable.length === 0) throw nothingToLearn(data, counts.leftOut);
  const held =
    data.heldOut === 0 ? new Set<number>() : heldOutGroups(kindsOf(usable, groups), data.heldOut, data.seed);
  requireBothClasses(usable, groups, held);
  const rows = (): Iterable<TrainingSample> => rowsOf(usable, groups, held, data);
  return { ...summary(rows(), groups, counts.leftOut), samples: rows };
}

/** Writes the list of a run, a commit at a time; only when all of it is there the run says so. */
export async function freezeTrainingData(
  { db }: Project,
  trainingRunId: number,
  choice: TrainingChoice,
): Promise<void> {
  await patiently(() => clearTrainingSamples(db, trainingRunId));
  let page: TrainingSample[] = [];
  const put = async (): Promise<void> => {
    const rows = page;
    page = [];
    await patiently(() => putTrainingSamples(db, trainingRunId, rows));
    await breathe();
  };
  for (const row of choice.samples()) {
    page.push(row);
    if (page.length === PAGE) await put();
  }
  await put();
  await patiently(() => noteTrainingData(db, trainingRunId, choice));
}

async function allCandidates(
  project: Project,
  data: TrainingData,
  count: (reason: TrainingLeftOut) => void,
  signal: AbortSignal | undefined,
): Promise<Candidate[]> {
  const all: Candidate[] = [];
  await withSnapshot(project, async (db) => {
    for (let ids = sampleIdsAfter(db, 0, PAGE); ids.length > 0; ids = sampleIdsAfter(db, ids.at(-1)!, PAGE)) {
      for (const looked of candidates(db, ids, data)) {
        if ('leftOut' in looked) count(looked.leftOut);
        else all.push(looked);
      }
      if (signal?.aborted) {
        throw new FoveaError('cancelled', 'choosing the training data was stopped', {
          next: 'Start it again',
        });
      }
      await breathe();
    }
  });
  return all;
}

function* kindsOf(usable: readonly Candidate[], { groupOf }: PictureGroups) {
  for (const { imageId, heldOut } of usable) yield { group: groupOf.get(imageId)!, kind: heldOut.kind };
}

function* rowsOf(
  usable: readonly Candidate[],
  { groupOf }: PictureGroups,
  held: ReadonlySet<number>,
  { labels, pseudoWeight }: TrainingData,
): Generator<TrainingSample> {
  for (const { sampleId, imageId, train, heldOut } of usable) {
    const pictureGroup = groupOf.get(imageId)!;
    const part = held.has(pictureGroup) ? 'held_out' : 'train';
    const { kind, predictionId, reviewId, labelSha256: hash }: Slot = part === 'train' ? train : heldOut;
    const labelSha256 = new Uint8Array(Buffer.from(hash, 'latin1'));
    const weight = part === 'train' && labels === 'mixed' && kind === 'pseudo' ? pseudoWeight : 1;
    yield { sampleId, part, kind, pictureGroup, predictionId, reviewId, labelSha256, weight };
  }
}

function summary(
  rows: Iterable<TrainingSample>,
  { nearDuplicates }: PictureGroups,
  leftOut: TrainingCounts['leftOut'],
): { readonly counts: TrainingCounts; readonly sha256: Uint8Array } {
  const train = { accepted: 0, corrected: 0, pseudo: 0 };
  const heldOut = { accepted: 0, corrected: 0, pseudo: 0 };
  const groups = { train: new Set<number>(), held_out: new Set<number>() };
  const hash = createHash('sha256');
  for (const { sampleId, part, kind, pictureGroup, labelSha256, weight } of rows) {
    (part === 'train' ? train : heldOut)[kind]++;
    groups[part].add(pictureGroup);
    hash.update(`${sampleId} ${part} ${kind} ${pictureGroup} ${weight} `).update(labelSha256);
  }
  return {
    counts: {
      train,
      heldOut,
      groups: { train: groups.train.size, heldOut: groups.held_out.size },
      nearDuplicates,
      leftOut,
    },
    sha256: new Uint8Array(hash.digest()),
  };
}

function requireBothClasses(
  usable: readonly Candidate[],
  { groupOf }: PictureGroups,
  held: ReadonlySet<number>,
): void {
  const learned = usable.filter(({ imageId }) => !held.has(groupOf.get(imageId)!));
  const lacks = !learned.some(({ train }) => train.hasFg)
    ? 'foreground'
    : !learned.some(({ train }) => train.hasBg)
      ? 'background'
      : null;
  if (lacks === null) return;
  throw new FoveaError(
    'bad_input',
    `none of the ${counted(learned.length, 'label')} to learn from has ${lacks}`,
    {
      next: `Correct samples so that some have ${lacks}, or learn from more labels (mixed, pseudo)`,
    },
  );
}

/** With the reasons, the most frequent first. */
function nothingToLearn({ labels }: TrainingData, leftOut: TrainingCounts['leftOut']): FoveaError {
  const why = Object.entries(leftOut)
    .sort((a, b) => b[1] - a[1])
    .map(([reason, n]) => `${n} ${reason.replaceAll('_', ' ')}`);
  const next =
    labels === 'reviewed'
      ? 'Accept or correct samples first, or learn from predicted labels too (--labels mixed)'
      : 'Label the project first (fovea label), or look at why its labels are left out';
  return new FoveaError(
    'bad_input',
    why.length === 0
      ? 'the project has no samples to learn from'
      : `no sample is left to learn from (${why.join(', ')})`,
    { next },
  );
}
