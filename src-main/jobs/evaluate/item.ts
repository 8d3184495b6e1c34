/** One sample by one method: asked, scored, measured. */
import type { Method, MethodResult } from '../../../src-shared/contract/evaluation.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { PlacedMap } from '../../../src-shared/contract/outcome.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { answerText, categoryOf, truthsOf } from '../../../src-shared/kernels/outcomes/truths.ts';
import { scoreAnswer, SCORER_NAMES, type ScorerName } from '../../../src-shared/kernels/scorers/score.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import type { Engine, ModelRef } from '../../engine/protocol.ts';
import type { ReadableDb } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { verdictsOf } from '../../store/outcomes/verdict.ts';
import { getPredictionMaps, predictionsOfSample } from '../../store/predictions/prediction.ts';
import { proposalsOf } from '../../store/proposals/proposal.ts';
import { benchmarkOf } from '../../store/samples/benchmark.ts';
import { getSample, type Sample } from '../../store/samples/sample.ts';
import { pictureToShow, requireUntouched } from '../pictures/at-work.ts';
import { knownOf } from './known.ts';
import { localise } from './localise.ts';
import { stagesOf } from './stages.ts';

export interface Asking {
  readonly model: ModelRef;
  readonly preset: Preset;
  /** Whose stored maps are measured. */
  readonly runId: number;
  readonly seed: number;
  /** Visual tokens that a picture may have; null: what the checkpoint says. */
  readonly tokens: number | null;
}

/** Their maps are measured as they are stored, what people saw and decided on, as long as no other budget is asked for. */
const STORED = { raw: 'grounding', denoised: 'denoised', rpn: 'rpn' } as const;

/**
 * @param answered the engine has, whatever comes of it
 * @throws FoveaError what the engine says of this sample or of all
 */
export async function resultOf(
  project: Project,
  engine: Engine,
  { model, preset, runId, seed, tokens }: Asking,
  {
    sampleId,
    scorer,
    method,
  }: { readonly sampleId: number; readonly scorer: string; readonly method: Method },
  { signal, answered }: { readonly signal: AbortSignal; readonly answered: () => void },
): Promise<MethodResult> {
  const { db } = project;
  const sample = getSample(db, sampleId);
  const boxes = boxesOf(db, sample, method);
  const picture = await pictureToShow(project, sample.imageId);
  const outcome = await engine.tryMethod(
    {
      model,
      preset,
      imagePath: picture.path,
      question: sample.question,
      method,
      ...(boxes ? { boxes } : {}),
      // Another place for each sample, the same whenever it is asked again.
      ...(tokens === null ? {} : { tokens }),
      ...(method === 'random' ? { seed: (seed + sampleId) >>> 0 } : {}),
    },
    signal,
  );
  answered();
  await requireUntouched(project, sample.imageId, picture.version);
  // At another budget the map is another one.
  const isStored = tokens === null && method in STORED;
  const stored = isStored ? storedMap(db, runId, sampleId, method as keyof typeof STORED) : null;
  const size = outcome.imageSize;
  const looked = {
    map: stored ?? outcome.map,
    logits: method === 'rpn',
    crops: outcome.crops,
    foundNone: outcome.skipped !== null,
    size,
  };
  return {
    method,
    error: null,
    answer: outcome.answer,
    score: scoreOf(db, sample, scorer, outcome.answer),
    variant: outcome.variant,
    crops: outcome.crops.map((box): [number, number, number, number] => [...box]),
    ...localise(looked, knownOf(db, sample, size)),
    ...outcome.needs,
    times: stagesOf(outcome.timings),
    visualTokens: outcome.visualTokens,
    memoryBytes: outcome.memoryBytes,
  };
}

/**
 * What a person said of the answer, else what the rule says of it.
 * @returns null: no right answer is known @throws FoveaError `bad_input` for a scorer that is not there
 */
function scoreOf(db: ReadableDb, sample: Sample, scorer: string, answer: string): number | null {
  const judged = verdictsOf(db, sample.id).get(answerText(answer));
  if (judged) return judged.verdict === 'right' ? 1 : 0;
  const benchmark = benchmarkOf(db, sample.id);
  const truths = truthsOf({
    referenceAnswer: sample.referenceAnswer,
    answers: benchmark?.answers ?? [],
  });
  if (truths.length === 0) return null;
  const name = SCORER_NAMES.find((known) => known === scorer) as ScorerName | undefined;
  if (!name) {
    throw new FoveaError(
      'bad_input',
      `the evaluation counts by ${scorer}, which this version does not have`,
      {
        next: 'Measure again with this version',
      },
    );
  }
  return scoreAnswer(name, {
    answer,
    truths,
    options: benchmark?.options ?? [],
    question: sample.question,
    category: categoryOf(sample.tags),
  });
}

/** The boxes that a method is given; undefined: it finds its own. @throws FoveaError `bad_input` where the sample has none */
function boxesOf(db: ReadableDb, sample: Sample, method: Method): readonly SourceXyxy[] | undefined {
  if (method !== 'truth' && method !== 'proposal') return undefined;
  const boxes = method === 'truth' ? sample.truthBoxes : (proposalsOf(db, sample.id)[0]?.boxes ?? []);
  if (boxes.length > 0) return boxes.map(wholePixels);
  const what = method === 'truth' ? 'truth box' : 'proposal';
  throw new FoveaError('bad_input', `the sample has no ${what}`, { next: `Leave the method ${method} out` });
}

function wholePixels([x0, y0, x1, y1]: SourceXyxy): SourceXyxy {
  return [Math.floor(x0), Math.floor(y0), Math.ceil(x1), Math.ceil(y1)];
}

function storedMap(
  db: ReadableDb,
  runId: number,
  sampleId: number,
  method: keyof typeof STORED,
): PlacedMap | null {
  const prediction = predictionsOfSample(db, sampleId).find((one) => one.runId === runId);
  return prediction ? (getPredictionMaps(db, prediction.id)?.[STORED[method]] ?? null) : null;
}
