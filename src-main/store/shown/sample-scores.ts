/** The numbers of one sample as it is shown: of its predicted label, of the correction that stands, of its RPN map. */
import type { LabelScores, NoScore, SampleScores, Score } from '../../../src-shared/contract/procedures.ts';
import type { RoiParams } from '../../../src-shared/contract/preset.ts';
import type { PlacedMap } from '../../../src-shared/contract/outcome.ts';
import type { Labels, SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { bytesToLabels } from '../bytes.ts';
import type { ReadableDb } from '../db.ts';
import { imageFacts } from '../pictures/image.ts';
import { getPrediction, getPredictionMaps } from '../predictions/prediction.ts';
import { standingReview } from '../reviews/review.ts';
import { getRun } from '../runs/run.ts';
import { getSample } from '../samples/sample.ts';
import { sampleState } from '../samples/state.ts';
import {
  boxesIou,
  disagreement,
  foregroundIou,
  type PlacedLabel,
  roiShape,
  truthIou,
  uncertainty,
} from '../scores/score.ts';

/** What labels are held against. */
interface Beside {
  readonly dropped: boolean;
  readonly rpn: PlacedMap | NoScore;
  readonly rpnBoxes: readonly SourceXyxy[];
  readonly truth: readonly SourceXyxy[] | NoScore;
  readonly roi: RoiParams;
}

/** Throws `not_found`. */
export function sampleScores(db: ReadableDb, id: number): SampleScores {
  const sample = getSample(db, id);
  const { predictionId } = sampleState(db, id)!;
  if (predictionId === null) return UNLABELLED;
  const { prediction } = getPrediction(db, predictionId);
  const image = imageFacts(db, sample.imageId);
  const maps = getPredictionMaps(db, predictionId);
  const beside: Beside = {
    dropped: prediction.dropped !== null,
    rpn: maps === null ? 'maps_lost' : (maps.rpn ?? 'no_rpn'),
    rpnBoxes: prediction.boxes.rpn,
    truth: truthOf(sample.truthBoxes, image.version),
    roi: getRun(db, prediction.runId).preset.roi,
  };
  const place = (labels: Labels): PlacedLabel => ({
    labels,
    grid: prediction.grid,
    transform: prediction.transform,
    size: [image.width, image.height],
  });
  const predicted = bytesToLabels(prediction.label);
  const review = standingReview(db, id);
  const corrected =
    review?.decision === 'correct' && review.predictionId === predictionId && review.label
      ? bytesToLabels(review.label)
      : null;
  return {
    predicted: scoresOf(place(predicted), beside),
    corrected: corrected && {
      ...scoresOf(place(corrected), { ...beside, dropped: false }),
      iou: foregroundIou(predicted, corrected),
    },
    uncertainty:
      typeof beside.rpn === 'string' ? beside.rpn : (uncertainty(beside.rpn, beside.roi) ?? 'no_rpn'),
  };
}

function scoresOf(label: PlacedLabel, { dropped, rpn, rpnBoxes, truth, roi }: Beside): LabelScores {
  const undecided: NoScore = dropped ? 'dropped' : 'undecided';
  const noForeground: NoScore = dropped ? 'dropped' : 'no_foreground';
  const apart = typeof rpn === 'string' ? rpn : disagreement(label, rpn, roi);
  return {
    rpnMask: typeof apart === 'number' ? 1 - apart : (apart ?? undecided),
    rpnBox: rpnBoxes.length === 0 ? withoutBox(rpn) : (boxesIou(label, rpnBoxes) ?? noForeground),
    truthMask: typeof truth === 'string' ? truth : (truthIou(label, truth) ?? undecided),
    truthBox: typeof truth === 'string' ? truth : (boxesIou(label, truth) ?? noForeground),
    roiSize: roiShape(label)?.size ?? noForeground,
  };
}

function withoutBox(rpn: PlacedMap | NoScore): Score {
  return rpn === 'no_rpn' ? rpn : 'no_rpn_box';
}

/** Boxes that came with the data are of the picture that was imported, whose version is 1. */
function truthOf(boxes: readonly SourceXyxy[], version: number): readonly SourceXyxy[] | NoScore {
  if (boxes.length === 0) return 'no_truth';
  return version > 1 ? 'truth_of_other_picture' : boxes;
}

const NOT_LABELLED = {
  rpnMask: 'not_labelled',
  rpnBox: 'not_labelled',
  truthMask: 'not_labelled',
  truthBox: 'not_labelled',
  roiSize: 'not_labelled',
} as const satisfies LabelScores;
const UNLABELLED: SampleScores = { predicted: NOT_LABELLED, corrected: null, uncertainty: 'not_labelled' };
