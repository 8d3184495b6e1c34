/**
 * The samples of a version as exporters take them, as they were when it was frozen. What is no longer as it was then (a picture
 * replaced, a prediction made anew, maps lost, a sample removed) ends it: a version is written as it was, or not at all.
 */
import type { DatasetVersion } from '../../../src-shared/contract/datasets.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ExportRun, ExportSample } from '../../exporters/types.ts';
import { bytesToLabels } from '../../store/bytes.ts';
import type { ReadableDb } from '../../store/db.ts';
import { frozenLines } from '../../store/datasets/version.ts';
import { pictureOfSample } from '../../store/pictures/image.ts';
import { getReview } from '../../store/reviews/review.ts';
import { getRun } from '../../store/runs/run.ts';
import type { KnownThen } from '../../store/outcomes/scored.ts';
import { exportAnswers, exportPrediction } from '../export/source.ts';
import { frozenSchema, hashOfLabel, hashOfMaking, type Frozen } from './line.ts';

/** Throws `conflict` on the way, naming the first sample that is another one now. */
export function* frozenSource(
  db: ReadableDb,
  projectPath: string,
  version: DatasetVersion,
): Generator<ExportSample> {
  const runs = new Map<number, ExportRun>();
  for (const { line } of frozenLines(db, version.id)) {
    const frozen = frozenSchema.parse(JSON.parse(line));
    yield sampleOf(db, projectPath, version, frozen, runs);
  }
}

function sampleOf(
  db: ReadableDb,
  projectPath: string,
  version: DatasetVersion,
  frozen: Frozen,
  runs: Map<number, ExportRun>,
): ExportSample {
  const picture = pictureOfSample(db, projectPath, frozen.sample);
  if (picture === null) throw another(version, frozen, 'it was removed');
  if (picture.sha256 !== frozen.picture) throw another(version, frozen, 'its picture is another one');
  const { found, runId } = exportPrediction(db, frozen.prediction)!;
  const review = frozen.review === null ? null : getReview(db, frozen.review);
  const label = review?.label ? bytesToLabels(review.label) : found.label;
  if (hashOfLabel(found, label) !== frozen.label) throw another(version, frozen, 'its label is another one');
  if (hashOfMaking(found) !== frozen.made) {
    throw another(version, frozen, 'what the model found was computed anew, or its maps are gone');
  }
  return {
    sampleId: frozen.sample,
    externalId: frozen.question_id,
    question: frozen.question,
    referenceAnswer: frozen.answer,
    benchmark: frozen.benchmark,
    outsideAnswers: frozen.outside_answers,
    language: frozen.language,
    split: frozen.split,
    tags: frozen.tags,
    truthBoxes: frozen.boxes,
    proposals: frozen.proposals,
    image: {
      name: frozen.image,
      folder: version.card.imagesFolder,
      path: picture.path,
      width: frozen.size[0],
      height: frozen.size[1],
    },
    state: frozen.state,
    run: runOf(db, version, runId, runs),
    prediction: found,
    review: review && { ...review, label: review.label && bytesToLabels(review.label) },
    scores: frozen.scores,
    answers: exportAnswers(db, frozen.prediction, knownThen(frozen)),
    trail: null,
    pictureChanged: false,
  };
}

/** Its answers count by what was known when it was frozen, and by the rule alone: the same version says the same. */
function knownThen({ answer, benchmark, boxes, tags }: Frozen): KnownThen {
  return { referenceAnswer: answer, benchmark, truthBoxes: boxes, tags };
}

/** A model may lie elsewhere by now. */
function runOf(
  db: ReadableDb,
  { card }: DatasetVersion,
  id: number,
  runs: Map<number, ExportRun>,
): ExportRun {
  const known = runs.get(id);
  if (known) return known;
  const then = card.runs.find((one) => one.run === id);
  const run = { ...getRun(db, id), ...(then && { modelName: then.model, modelDir: then.modelDir }) };
  runs.set(id, run);
  return run;
}

function another({ name }: DatasetVersion, { question_id }: Frozen, what: string): FoveaError {
  return new FoveaError('conflict', `version "${name}" cannot be written as it was frozen: ${what}`, {
    where: `sample ${question_id}`,
    next: 'Bring back what it was made of (fovea restore), or freeze a new version of what is there now',
  });
}
