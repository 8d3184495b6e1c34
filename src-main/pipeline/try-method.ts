/**
 * One question by one of the methods that an evaluation compares (METHOD §6): the same model, prompt, decoding and second look as a
 * prediction, another way to find where to look, or to look. `baselines/` has the ways; what a model cannot do is refused by name.
 */
import type { Method } from '../../src-shared/contract/evaluation.ts';
import { settledPreset } from '../../src-shared/contract/rules.ts';
import { NO_NEEDS } from '../../src-shared/kernels/gate/signals.ts';
import { decodeImage } from '../checkpoint/image/decode.ts';
import type { TryOutcome, TryQuestion } from '../engine/protocol.ts';
import { analyseSample } from './analyse.ts';
import { centre, random, saliency } from './baselines/controls.ts';
import { withBudget } from './baselines/budget.ts';
import { alone, given, rpn } from './baselines/known.ts';
import { packed } from './baselines/packed.ts';
import { relative, vicrop } from './baselines/relative.ts';
import { VisualTally } from './baselines/tally.ts';
import type { Trial, Tried } from './baselines/trial.ts';
import { s2, scaled, warp } from './baselines/whole.ts';
import { storedSight } from './labels/stored.ts';
import { NativeView } from './passes/native.ts';
import type { Placement } from './subject/geometry.ts';
import { Stopwatch } from './subject/stopwatch.ts';
import type { Subject } from './subject/subject.ts';

/** Of maps that only a decoded answer gives, the whole pipeline is asked. */
const BY_ANSWER = ['raw', 'denoised'] as const satisfies readonly Method[];
type ByAnswer = (typeof BY_ANSWER)[number];

const WAYS: Readonly<Record<Exclude<Method, ByAnswer>, (trial: Trial) => Promise<Tried>>> = {
  alone,
  rpn,
  relative,
  vicrop,
  truth: given,
  proposal: given,
  s2,
  scaled,
  warp,
  packed,
  random,
  centre,
  saliency,
};

/**
 * @throws FoveaError `cancelled`; `unsupported_model` for a method or a budget that the model cannot be asked by; `bad_input` for a box outside
 *   of the picture or a layer that is not there; and what reading the picture throws.
 */
export async function tryMethod(
  subject: Subject,
  asked: TryQuestion,
  signal?: AbortSignal,
): Promise<TryOutcome> {
  const tally = new VisualTally();
  const counted: Subject = { ...withBudget(subject, asked), model: tally.over(subject.model) };
  const request = { ...asked, preset: settledPreset(asked.preset, subject.checkpoint.rules) };
  const outcome = isByAnswer(request.method)
    ? await byAnswer(counted, request, request.method, signal)
    : await byWay(counted, request, WAYS[request.method], new Stopwatch(signal));
  return { ...outcome, visualTokens: tally.fed, encodedTokens: tally.encoded };
}

type Uncounted = Omit<TryOutcome, 'visualTokens' | 'encodedTokens'>;

async function byWay(
  subject: Subject,
  request: TryQuestion,
  way: (trial: Trial) => Promise<Tried>,
  watch: Stopwatch,
): Promise<Uncounted> {
  const { imagePath, preset, question, method } = request;
  const image = await watch.time('decode', () => decodeImage(imagePath, preset.picture));
  const view = new NativeView();
  const sample = view.begin();
  try {
    const scene = () => sample.scene(subject, image, question, watch);
    const { answer, variant, layer, boxes, skipped, map, needs } = await way({
      subject,
      request,
      image,
      watch,
      scene,
    });
    const placed = map && { ...placeOf(map.placement), bits: map.map.bits };
    const stored = storedSight(placed ?? null, boxes ?? [], image);
    return {
      method,
      answer,
      variant: variant ?? null,
      layer: layer ?? null,
      crops: stored.boxes,
      skipped: skipped ?? null,
      map: stored.map,
      needs: { ...NO_NEEDS, ...needs },
      imageSize: stored.imageSize,
      timings: watch.report(),
      device: subject.model.profile.device,
    };
  } finally {
    sample.end();
    view.dispose();
  }
}

async function byAnswer(
  subject: Subject,
  { preset, imagePath, question, method }: TryQuestion,
  map: ByAnswer,
  signal: AbortSignal | undefined,
): Promise<Uncounted> {
  const outcome = await analyseSample(
    subject,
    {
      // Every crop is measured; what a gate would leave out is counted from the results.
      preset: { ...preset, gate: null },
      imagePath,
      question,
      answerMode: 'self',
      answer: null,
      want: { questionMap: false, rpn: false, secondStage: true, allHeadsOf: [] },
    },
    { ...(signal ? { signal } : {}), cropRaw: map === 'raw' },
  );
  const { answer, secondStage, maps, boxes, imageSize, timings, device } = outcome;
  return {
    method,
    answer: secondStage?.answer ?? answer,
    variant: null,
    layer: null,
    crops: secondStage?.crop ? boxes[map] : [],
    skipped: secondStage?.skipped ?? null,
    map: map === 'raw' ? maps.grounding : maps.denoised,
    needs: NO_NEEDS,
    imageSize,
    timings,
    device,
  };
}

function placeOf({ grid, transform }: Placement): Pick<Placement, 'grid' | 'transform'> {
  return { grid, transform };
}

function isByAnswer(method: Method): method is ByAnswer {
  return (BY_ANSWER as readonly Method[]).includes(method);
}
