/**
 * One sample from picture and question to everything a prediction stores: answer, maps, pseudo-label or the reason it
 * was dropped, boxes, RPN prediction and the second answer.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { asksAnswer } from '../../src-shared/contract/gate.ts';
import type { SecondStage } from '../../src-shared/contract/outcome.ts';
import { rulesNote, settledPreset } from '../../src-shared/contract/rules.ts';
import type { GateNeeds } from '../../src-shared/kernels/gate/signals.ts';
import type { LabelOutcome, LabelRequest } from '../engine/protocol.ts';
import { forceAnswer, forcedDepth, generateAnswer } from './passes/first-stage.ts';
import type { FirstStageRequest } from './passes/first-stage.ts';
import { interpret } from './interpret.ts';
import type { Found } from './interpret.ts';
import { askGate, gateSays, leavesOut, needsByAnswer, requireGate } from './passes/gate.ts';
import { NativeView } from './passes/native.ts';
import type { Scene } from './passes/native.ts';
import { planTaps } from './passes/plan.ts';
import { promptFor } from './subject/prompted.ts';
import { pruningOf } from './passes/prune.ts';
import { quantise } from './labels/maps.ts';
import { around, peakOf } from './labels/roi.ts';
import { askRpn } from './passes/rpn.ts';
import { encodedFeatures, featureLayer } from './passes/features.ts';
import { secondLook } from './passes/second-look.ts';
import { ownStart, withPrefix } from './subject/shared-prefix.ts';
import type { SharedPrefix } from './subject/shared-prefix.ts';
import { storedOutcome } from './labels/stored.ts';
import { Stopwatch } from './subject/stopwatch.ts';
import { encodeImageFile } from './subject/subject.ts';
import type { EncodedImage, Subject } from './subject/subject.ts';
import { isTeachers, viewOf } from './subject/view.ts';

export interface AnalyseOptions {
  readonly signal?: AbortSignal;
  /** The picture when it is already encoded (several questions on one picture). */
  readonly encoded?: EncodedImage;
  /** What earlier questions on `encoded` left to share; taken up and kept for the next. */
  readonly shared?: SharedPrefix;
  /** The same of the picture as it is, where `encoded` is the teacher's view of it. */
  readonly native?: NativeView;
  /** The second look crops the raw map's box, whatever else there is. */
  readonly cropRaw?: boolean;
}

/**
 * @throws FoveaError `cancelled`, `bad_input` (a preset for another model, a teacher run without an answer), and
 *   whatever reading the picture throws. Nothing is kept between samples.
 */
export async function analyseSample(
  subject: Subject,
  asked: Omit<LabelRequest, 'model'>,
  options: AnalyseOptions = {},
): Promise<LabelOutcome> {
  const request = { ...asked, preset: settledPreset(asked.preset, subject.checkpoint.rules) };
  const watch = new Stopwatch(options.signal);
  const { model } = subject;
  const { preset, want } = request;
  requireGate(subject, request);
  const view = viewOf(model.profile, preset);
  const apart = isTeachers(view);
  const wantRpn = want.rpn && model.profile.rpn !== null;
  const keeps = want.featuresOf !== undefined;
  const layer = keeps ? featureLayer(subject, want.featuresOf) : (model.profile.rpn?.k ?? null);
  const stage: FirstStageRequest = {
    plan: planTaps(model.profile, preset, want.allHeadsOf),
    maxNewTokens: preset.maxNewTokens,
    // Asked about the picture as it is: where that is another view, not by this prefill.
    hiddenOf: (wantRpn || keeps) && !apart ? layer : null,
    alone: keeps && !apart,
    promptRows: want.questionMap ? 'all' : preset.rows === 'last_prompt' ? 'last' : 'none',
    answerRows: preset.rows === 'answer',
    logProbs: want.secondStage && asksAnswer(preset.gate),
  };
  const encoded =
    options.encoded ??
    (await encodeImageFile(subject, request.imagePath, watch, view.squareTokens, preset.picture));
  const prompt = promptFor(subject, request.question, encoded.placement.grid, view.prompt);
  const layers = request.answerMode === 'self' ? model.profile.layers : forcedDepth(stage);
  const depth = { layers, hiddenOf: stage.hiddenOf, alone: keeps && !apart };
  const lease = (await options.shared?.start(subject, prompt, depth)) ?? ownStart(subject);
  const { cache } = lease;
  const views = options.native ?? new NativeView();
  const native = views.begin();
  try {
    const start = depth.alone ? await withPrefix(subject, encoded, prompt, lease, depth, watch) : lease;
    const first =
      request.answerMode === 'self'
        ? await generateAnswer(subject, encoded, prompt, start, stage, watch)
        : await forceAnswer(subject, encoded, prompt, givenAnswer(request), start, stage, watch);
    const ask = () => ({
      pruning: want.secondStage ? pruningOf(subject, preset, prompt.grid) : null,
      rules: preset.roi.rules,
    });
    const own: Scene = { encoded, prompt, cache, layers: first.layers };
    const { image } = encoded;
    const { question } = request;
    const says = !wantRpn
      ? null
      : first.hidden
        ? { ...own, hidden: first.hidden, ...(await askRpn(subject, prompt, first.hidden, ask(), watch)) }
        : await native.predict(subject, image, question, preset, want.secondStage, keeps, watch);
    const seen =
      keeps && layer !== null
        ? (says ??
          (first.hidden
            ? { ...own, hidden: first.hidden }
            : await native.hidden(subject, image, question, layer, watch)))
        : null;
    const features = seen && encodedFeatures(subject, seen.encoded, seen.prompt, seen.hidden);
    const found = interpret(request, encoded, first, says);
    // Crops lie beside the picture as it is; where that is another view, it is encoded only when there is one.
    const scene = async (): Promise<Scene> =>
      says ?? (apart ? native.scene(subject, image, question, watch) : own);
    const needs = {
      ...needsByAnswer(first.logProbs),
      ...(says ? { peak: peakOf(quantise(says.logits).values, says.encoded.placement, preset.roi) } : {}),
      ...(says && want.secondStage && preset.gate?.by === 'trained'
        ? await askGate(subject, says.prompt, says.hidden, watch)
        : {}),
    };
    const cropped = options.cropRaw ? { roi: found.raw, from: null } : found;
    const outcome = {
      ...found.outcome,
      answer: first.answer,
      answerTokens: first.tokens,
      secondStage: want.secondStage
        ? await lookAgain(subject, request, scene, says?.keep ?? null, cropped, needs, first.answer, watch)
        : null,
      timings: watch.report(),
      device: model.profile.device,
      ...(features ? { features } : {}),
    };
    return storedOutcome(outcome, image);
  } finally {
    lease.end();
    native.end();
    if (!options.native) views.dispose();
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

async function lookAgain(
  subject: Subject,
  request: Omit<LabelRequest, 'model'>,
  scene: () => Promise<Scene>,
  keep: Uint32Array | null,
  { roi: { crops, none }, from }: Pick<Found, 'roi'> & Pick<SecondStage, 'from'>,
  needs: Partial<GateNeeds>,
  answer: string,
  watch: Stopwatch,
): Promise<SecondStage> {
  const { preset } = request;
  const gate = gateSays(preset, needs);
  const note = { ...rulesNote(preset, subject.checkpoint.rules), ...(gate ? { gate } : {}) };
  if (leavesOut(gate)) return { crop: null, from: null, answer, skipped: 'not_needed', ...note };
  if (none) return { crop: null, from: null, answer, skipped: none, ...note };
  const second = await secondLook(subject, await scene(), crops, preset, keep, watch);
  return { crop: around(crops.map(({ box }) => box)), from, ...second, skipped: null, ...note };
}
