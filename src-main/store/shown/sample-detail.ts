/** All that the review page shows of one sample, arrays excepted. */
import { basename } from 'node:path';
import type { SampleDetail } from '../../../src-shared/contract/domain.ts';
import type { ReadableDb } from '../db.ts';
import { imageFacts } from '../pictures/image.ts';
import { pictureChange } from '../pictures/change.ts';
import { pictureProblem } from '../pictures/version.ts';
import { getPrediction } from '../predictions/prediction.ts';
import { proposalsOf } from '../proposals/proposal.ts';
import { latestRevisionId, standingReview } from '../reviews/review.ts';
import { activePictureRules } from '../runs/run.ts';
import { benchmarkOf } from '../samples/benchmark.ts';
import { outsideAnswersOf } from '../samples/outside.ts';
import { sampleState } from '../samples/state.ts';
import { getSample } from '../samples/sample.ts';
import { shownEntries, shownText } from '../shown-text.ts';

/** Throws `not_found`. */
export function sampleDetail(db: ReadableDb, id: number): SampleDetail {
  const sample = getSample(db, id);
  const state = sampleState(db, id)!;
  const image = imageFacts(db, sample.imageId);
  const change = pictureChange(db, id);
  const benchmark = benchmarkOf(db, id);
  return {
    id,
    externalId: shownText(sample.externalId),
    question: shownText(sample.question),
    referenceAnswer: sample.referenceAnswer && shownText(sample.referenceAnswer),
    benchmark: benchmark && {
      name: shownText(benchmark.name),
      answers: shownEntries(benchmark.answers).map(shownText),
      options: shownEntries(benchmark.options).map(shownText),
    },
    outsideAnswers: shownEntries(outsideAnswersOf(db, id)).map(({ answer, raw, ...log }) => ({
      ...log,
      answer: shownText(answer),
      raw: raw && shownText(raw),
    })),
    truthBoxes: shownEntries(sample.truthBoxes).map(([x0, y0, x1, y1]) => [x0, y0, x1, y1]),
    proposals: proposalsOf(db, id).map(({ source, boxes, scores }) => ({
      source: shownText(source),
      boxes: boxes.map(([x0, y0, x1, y1]) => [x0, y0, x1, y1]),
      scores: scores && [...scores],
    })),
    language: sample.language && shownText(sample.language),
    split: sample.split && shownText(sample.split),
    tags: shownEntries(sample.tags).map(shownText),
    state: state.state,
    image: {
      id: sample.imageId,
      width: image.width,
      height: image.height,
      // What is asked about white and version tells the page that it is another picture; the host knows by itself.
      url: `/image/${sample.imageId}${query(activePictureRules(db).alpha === 'white', image.version)}`,
      name: basename(image.path),
      problem: pictureProblem(db, sample.imageId)?.reason ?? null,
      changed: change && { was: [...change.was], now: [...change.now] },
      replaced: image.version > 1,
    },
    prediction: state.predictionId === null ? null : getPrediction(db, state.predictionId).prediction,
    review: standingReview(db, id),
    latestRevisionId: latestRevisionId(db, id),
  };
}

function query(onWhite: boolean, version: number): string {
  const parts = [...(onWhite ? ['on=white'] : []), ...(version > 1 ? [`v=${version}`] : [])];
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}
