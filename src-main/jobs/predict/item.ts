/** One sample: what the RPN says of it now beside what the run before said, stored in one transaction. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { PredictOutcome } from '../../engine/protocol.ts';
import { transact } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { itemDone, itemFailed } from '../../store/jobs/item.ts';
import type { Lease } from '../../store/jobs/job.ts';
import { imageFacts } from '../../store/pictures/image.ts';
import { predictionToTakeUp } from '../../store/predictions/anew.ts';
import { getPrediction, getPredictionMaps, putPrediction } from '../../store/predictions/prediction.ts';
import { answerTokens } from '../../store/predictions/relabel.ts';
import { putMaps } from '../../store/scores/maps.ts';
import { getSample } from '../../store/samples/sample.ts';
import { runFor } from '../label/item.ts';

interface Where {
  readonly runId: number;
  /** Whose answer, maps and label are taken up. */
  readonly fromRunId: number;
  readonly sampleId: number;
}

/** @returns null, or why it could not be stored: the item is `failed` then */
export function storePrediction(
  { db }: Project,
  lease: Lease,
  { runId, fromRunId, sampleId }: Where,
  { rpn, boxes, timings, device }: PredictOutcome,
): string | null {
  const failing = (reason: string): string => {
    itemFailed(db, lease, sampleId, reason);
    return reason;
  };
  const from = predictionToTakeUp(db, fromRunId, sampleId);
  if (from === null) {
    return failing('the label was made of another picture or answer: label the sample again');
  }
  const before = getPrediction(db, from).prediction;
  const maps = getPredictionMaps(db, from);
  if (!maps) return failing('the maps of this sample are lost: label again fills them in');
  const { version } = imageFacts(db, getSample(db, sampleId).imageId);
  const { grid, transform, answer, dropped } = before;
  const key = putMaps(db, { ...maps, rpn });
  try {
    transact(db, () => {
      itemDone(db, lease, sampleId);
      putPrediction(db, runFor(db, runId, sampleId, version), sampleId, key, {
        answer,
        answerTokens: answerTokens(db, from),
        grid,
        transform,
        labels: new Int8Array(before.label),
        dropped,
        boxes: { ...before.boxes, rpn: boxes },
        // Nobody looked at the crop of these boxes.
        secondStage: null,
        timings: { predict: timings['total'] ?? 0 },
        device,
        pictureVersion: version,
      });
    });
    return null;
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    if (error.code !== 'conflict') throw error;
    return failing(error.toLine());
  }
}
