/**
 * One sample from picture and question to everything a prediction stores: answer, maps, pseudo-label or the reason it
 * was dropped, boxes, RPN prediction and the second answer.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import type { SecondStage } from '../../src-shared/contract/outcome.ts';
import type { LabelOutcome, LabelRequest } from '../engine/protocol.ts';
import { forceAnswer, forcedDepth, generateAnswer } from './first-stage.ts';
import type { FirstStage, FirstStageRequest } from './first-stage.ts';
import type { Placement } from './geometry.ts';
import { emptyAnswer, labelMaps } from './labels.ts';
import { denoisedMap, mapOf, mapsOfHeads, quantise } from './maps.ts';
import type { QuantisedMap } from './maps.ts';
import { planTaps } from './plan.ts';
import type { KvCache } from './ports.ts';
import { promptFor } from './prompted.ts';
import type { Prompted } from './prompted.ts';
import { roiOf } from './roi.ts';
import type { Roi } from './roi.ts';
import { sliceRows } from './rows.ts';
import { predictRpn, rpnFromHidden } from './rpn.ts';
import { answerWithCrops } from './second-stage.ts';
import type { SharedPrefix } from './shared-prefix.ts';
import { Stopwatch } from './stopwatch.ts';
import { encodeImage, encodeImageFile } from './subject.ts';
import type { EncodedImage, Subject } from './subject.ts';
import { viewOf } from './view.ts';

export interface AnalyseOptions {
  readonly signal?: AbortSignal;
  /** The picture when it is already encoded (several questions on one picture). */
  readonly encoded?: EncodedImage;
  /** What earlier questions on `encoded` left to share; taken up and kept for the next. */
  readonly shared?: SharedPrefix;
}

/**
 * @throws FoveaError `cancelled`, `bad_input` (a preset for another model, a teacher run without an answer), and
 *   whatever reading the picture throws. Nothing is kept between samples.
 */
export async function analyseSample(
  subject: Subject,
  request: Omit<LabelRequest, 'model'>,
  options: AnalyseOptions = {},
): Promise<LabelOutcome> {
  const watch = new Stopwatch(options.signal);
  const { model } = subject;
  const { preset, want } = request;
  const wantRpn = want.rpn && model.profile.rpn !== null;
  const stage: FirstStageRequest = {
    plan: planTaps(model.profile, preset, want.allHeadsOf),
    maxNewTokens: preset.maxNewTokens,
    rpn: wantRpn,
    promptRows: want.questionMap ? 'all' : preset.rows === 'last_prompt' ? 'last' : 'none',
    answerRows: preset.rows === 'answer',
  };
  const view = viewOf(model.profile, preset);
  const encoded =
    options.encoded ?? (await encodeImageFile(subject, request.imagePath, watch, view.squareTokens));
  const prompt = promptFor(subject, request.question, encoded.placement.grid, view.prompt);
  const layers = request.answerMode === 'self' ? model.profile.layers : forcedDepth(subject, stage);
  const start = options.shared?.start(subject, prompt, { layers, rpn: wantRpn }) ?? {
    cache: model.newCache(),
    hidden: null,
  };
  const { cache } = start;
  try {
    const first =
      request.answerMode === 'self'
        ? await generateAnswer(subject, encoded, prompt, start, stage, watch)
        : await forceAnswer(subject, encoded, prompt, givenAnswer(request), start, stage, watch);
    options.shared?.keep(subject, prompt, first.layers, first.hidden);
    const logits = first.hidden && (await rpnFromHidden(subject, prompt, first.hidden, watch));
    const found = interpret(request, encoded, first, logits);
    const secondStage = want.secondStage
      ? await lookAgain(subject, request, encoded, prompt, cache, first.answer, found, watch)
      : null;
    return {
      ...found.outcome,
      answer: first.answer,
      answerTokens: first.tokens,
      secondStage,
      timings: watch.report(),
      device: model.profile.device,
    };
  } finally {
    if (!options.shared) cache.dispose();
  }
}

function givenAnswer(request: Omit<LabelRequest, 'model'>): string {
  if (request.answer === null) {
    throw new FoveaError('bad_input', 'a teacher-forced sample needs an answer', {
      next: 'Give the sample a reference answer, or let the model answer itself',
    });
  }
  return request.answer;
}

interface Found {
  readonly outcome: Omit<LabelOutcome, 'answer' | 'answerTokens' | 'secondStage' | 'timings' | 'device'>;
  /** What the second stage crops: the RPN's box, or the denoised map's without an RPN. */
  readonly roi: Roi;
}

/** Rows and logits to maps, labels and boxes. */
function interpret(
  { preset, want }: Omit<LabelRequest, 'model'>,
  { image, placement }: EncodedImage,
  first: FirstStage,
  logits: Float32Array | null,
): Found {
  const { grid } = placement;
  const rows =
    preset.rows === 'answer' ? first.answerRows : first.promptRows && sliceRows(first.promptRows, -1);
  const grounding = rows && mapOf(rows, preset.grounding);
  const sink = rows && preset.sink && mapOf(rows, preset.sink);
  const denoised = grounding && denoisedMap(grounding, sink, preset, grid, placement.paddedFrom);
  const rpn = logits && quantise(logits);
  const { labels, dropped } = grounding
    ? labelMaps(grounding, sink, grid, placement.paddedFrom, preset.labels)
    : emptyAnswer(grid);
  const rois = {
    raw: roi(grounding, 'attention', placement, preset),
    denoised: roi(denoised, 'attention', placement, preset),
    rpn: roi(rpn, 'rpn', placement, preset),
  };
  const outcome = {
    imageSize: [image.width, image.height] as const,
    grid,
    transform: placement.transform,
    maps: {
      grounding: grounding?.bits ?? null,
      sink: sink?.bits ?? null,
      question: want.questionMap && first.promptRows ? mapOf(first.promptRows, preset.grounding).bits : null,
      denoised: denoised?.bits ?? null,
      rpn: rpn?.bits ?? null,
    },
    headMaps: rows ? mapsOfHeads(rows, want.allHeadsOf) : [],
    labels,
    dropped,
    boxes: { raw: boxesOf(rois.raw), denoised: boxesOf(rois.denoised), rpn: boxesOf(rois.rpn) },
  };
  return { outcome, roi: rpn ? rois.rpn : rois.denoised };
}

function roi(
  map: QuantisedMap | null,
  kind: 'attention' | 'rpn',
  placement: Placement,
  preset: LabelRequest['preset'],
): Roi {
  return map ? roiOf(map.values, kind, placement, preset.roi) : { crops: [], none: 'no_box' };
}

function boxesOf({ crops }: Roi): SourceXyxy[] {
  return crops.map(({ box }) => box);
}

async function lookAgain(
  subject: Subject,
  request: Omit<LabelRequest, 'model'>,
  encoded: EncodedImage,
  prompt: Prompted,
  cache: KvCache,
  answer: string,
  { roi: { crops, none } }: Found,
  watch: Stopwatch,
): Promise<SecondStage> {
  if (subject.model.profile.dynamicGrid) return lookAgainNative(subject, request, encoded, answer, watch);
  if (none) return { crop: null, answer, skipped: none };
  // A teacher-forced prefill stopped early, so its later layers hold no keys to reuse.
  if (request.answerMode === 'teacher') cache.truncate(0);
  const { maxNewTokens } = request.preset;
  const second = await answerWithCrops(subject, encoded, prompt, crops, cache, maxNewTokens, watch);
  return { crop: around(crops.map(({ box }) => box)), answer: second.answer, skipped: null };
}

/**
 * Looking again where grids are dynamic (METHOD §4): the RPN is asked anew about the picture as it is, not the
 * teacher's square. Without an RPN there is no crop.
 */
async function lookAgainNative(
  subject: Subject,
  { preset, question }: Omit<LabelRequest, 'model'>,
  { image }: EncodedImage,
  answer: string,
  watch: Stopwatch,
): Promise<SecondStage> {
  if (!subject.model.profile.rpn) return { crop: null, answer, skipped: 'no_box' };
  const encoded = await encodeImage(subject, image, watch, null);
  const prompt = promptFor(subject, question, encoded.placement.grid);
  const logits = await predictRpn(subject, encoded, prompt, watch);
  const { crops, none } = roiOf(logits, 'rpn', encoded.placement, preset.roi);
  if (none) return { crop: null, answer, skipped: none };
  const cache = subject.model.newCache();
  try {
    const second = await answerWithCrops(subject, encoded, prompt, crops, cache, preset.maxNewTokens, watch);
    return { crop: around(crops.map(({ box }) => box)), answer: second.answer, skipped: null };
  } finally {
    cache.dispose();
  }
}

/** The one crop, or the smallest box around both when the `bbox` form gave two. */
function around(boxes: readonly SourceXyxy[]): SourceXyxy {
  return boxes.reduce((a, b) => [
    Math.min(a[0], b[0]),
    Math.min(a[1], b[1]),
    Math.max(a[2], b[2]),
    Math.max(a[3], b[3]),
  ]);
}
