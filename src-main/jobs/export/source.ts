/** The samples of a project as exporters take them: a stream over one snapshot, in one order. */
import { resolve } from 'node:path';
import type { SampleSort } from '../../../src-shared/contract/procedures.ts';
import type { Review, Run } from '../../../src-shared/contract/domain.ts';
import type {
  ExportAnswers,
  ExportPrediction,
  ExportReview,
  ExportSample,
  ExportTrail,
} from '../../exporters/types.ts';
import { bytesToLabels } from '../../store/bytes.ts';
import type { ReadableDb } from '../../store/db.ts';
import { imageFacts } from '../../store/pictures/image.ts';
import { type KnownThen, scoredPrediction } from '../../store/outcomes/scored.ts';
import type { Judged } from '../../store/outcomes/verdict.ts';
import { rootDir } from '../../store/pictures/root.ts';
import { type PictureNames, pictureNames } from '../../store/pictures/names.ts';
import { isOutdated } from '../../store/pictures/change.ts';
import { getPrediction, getPredictionMaps } from '../../store/predictions/prediction.ts';
import { reviewHistory, standingReview } from '../../store/reviews/review.ts';
import { proposalsOf } from '../../store/proposals/proposal.ts';
import { getRun } from '../../store/runs/run.ts';
import { chunksOf, idsOfScope } from '../../store/samples/removal.ts';
import type { SampleScope } from '../../store/samples/scope.ts';
import { benchmarkOf } from '../../store/samples/benchmark.ts';
import { outsideAnswersOf } from '../../store/samples/outside.ts';
import { sampleIdsAfter } from '../../store/samples/query.ts';
import { flagsOf, notesOf } from '../../store/samples/annotation.ts';
import { sampleNumbers, sampleState } from '../../store/samples/state.ts';
import { getSample } from '../../store/samples/sample.ts';

const PAGE = 500;

export interface SourceWish {
  /** With all that happened to each, which costs some. */
  readonly trail?: boolean | undefined;
  /** Null: all samples. */
  readonly scope?: SampleScope | null;
  /** Null: as imported. Of `listed` it is the order of the scope's ids. */
  readonly sort?: SampleSort | null;
  /** In place of the split that a sample came with; one that is not named keeps its own. */
  readonly splits?: ReadonlyMap<number, string> | null;
}

/** Every sample of the scope, reviewed or not, as imported or in the order asked for; which of them to write is the exporter's rule. */
export function* exportSource(
  db: ReadableDb,
  projectPath: string,
  { trail = false, scope = null, sort = null, splits = null }: SourceWish = {},
): Generator<ExportSample> {
  const names = pictureNames(db, projectPath);
  const runs = new Map<number, Run>();
  const run = (id: number): Run => {
    let found = runs.get(id);
    if (!found) runs.set(id, (found = getRun(db, id)));
    return found;
  };
  for (const ids of scope ? chunksOf(idsOfScope(db, scope, sort)) : allIds(db)) {
    for (const id of ids) {
      const sample = exportSample(db, id, run, names, projectPath);
      yield {
        ...sample,
        split: splits?.get(id) ?? sample.split,
        trail: trail ? trailOf(db, id) : null,
      };
    }
  }
}

function* allIds(db: ReadableDb): Generator<number[]> {
  for (let last = 0; ;) {
    const ids = sampleIdsAfter(db, last, PAGE);
    if (ids.length === 0) return;
    yield ids;
    last = ids.at(-1)!;
  }
}

function exportSample(
  db: ReadableDb,
  id: number,
  run: (id: number) => Run,
  names: PictureNames,
  projectPath: string,
): ExportSample {
  const sample = getSample(db, id);
  const { state, predictionId } = sampleState(db, id)!;
  const review = standingReview(db, id);
  const shown = review?.predictionId ?? predictionId;
  const prediction = exportPrediction(db, shown);
  const { rootId, path, width, height } = imageFacts(db, sample.imageId);
  return {
    sampleId: id,
    externalId: sample.externalId,
    question: sample.question,
    referenceAnswer: sample.referenceAnswer,
    benchmark: benchmarkOf(db, id),
    outsideAnswers: outsideAnswersOf(db, id),
    language: sample.language,
    split: sample.split,
    tags: sample.tags,
    truthBoxes: sample.truthBoxes,
    proposals: proposalsOf(db, id),
    image: {
      name: names.nameOf(rootId, path),
      folder: names.folder,
      path: resolve(rootDir(db, projectPath, rootId), path),
      width,
      height,
    },
    state,
    run: prediction && run(prediction.runId),
    prediction: prediction?.found ?? null,
    review: review && exportReview(review),
    scores: sampleNumbers(db, id),
    answers: exportAnswers(db, shown),
    trail: null,
    pictureChanged: shown !== null && isOutdated(db, shown),
  };
}

function exportReview(review: Review): ExportReview {
  return { ...review, label: review.label && bytesToLabels(review.label) };
}

function trailOf(db: ReadableDb, id: number): ExportTrail {
  return {
    revisions: reviewHistory(db, id).map((review) => ({
      ...exportReview(review),
      predictionId: review.predictionId,
    })),
    flags: flagsOf(db, id),
    notes: notesOf(db, id),
  };
}

/** Whether a prediction's answers are right, as exporters take it; null for null. @param then see `scoredPrediction` */
export function exportAnswers(
  db: ReadableDb,
  predictionId: number | null,
  then: KnownThen | null = null,
): ExportAnswers | null {
  const scored = predictionId === null ? null : scoredPrediction(db, predictionId, then);
  if (scored === null) return null;
  const { scorer, rules, first, crop, outcome, truthIou, localised } = scored;
  return {
    scorer,
    rules,
    score: first.score,
    cropScore: crop?.score ?? null,
    judged: wordOf(first.judged),
    cropJudged: wordOf(crop?.judged ?? null),
    outcome,
    truthIou,
    localised,
  };
}

function wordOf(judged: Judged | null): ExportAnswers['judged'] {
  return judged && { verdict: judged.verdict, reviewer: judged.reviewer };
}

/** A prediction as exporters take it, its maps read when they are asked for; null for null. Throws `not_found`. */
export function exportPrediction(
  db: ReadableDb,
  id: number | null,
): { readonly found: ExportPrediction; readonly runId: number } | null {
  if (id === null) return null;
  const { prediction } = getPrediction(db, id);
  const none = { grounding: null, sink: null, question: null, denoised: null, rpn: null };
  return {
    runId: prediction.runId,
    found: {
      id,
      answer: prediction.answer,
      grid: prediction.grid,
      transform: prediction.transform,
      get maps() {
        return getPredictionMaps(db, id) ?? none;
      },
      label: bytesToLabels(prediction.label),
      dropped: prediction.dropped,
      boxes: prediction.boxes,
      secondStage: prediction.secondStage,
    },
  };
}
