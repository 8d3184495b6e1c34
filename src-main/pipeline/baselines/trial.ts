/** One question asked by one method: what it is asked of, and what a method gives back. All in the pixels that the model sees. */
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { GateNeeds } from '../../../src-shared/kernels/gate/signals.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import type { RgbImage } from '../../checkpoint/image/decode.ts';
import type { TryQuestion } from '../../engine/protocol.ts';
import type { Roi } from '../labels/roi.ts';
import type { QuantisedMap } from '../labels/maps.ts';
import { generateAnswer } from '../passes/first-stage.ts';
import type { FirstStage, FirstStageRequest } from '../passes/first-stage.ts';
import { needsByAnswer } from '../passes/gate.ts';
import type { Scene } from '../passes/native.ts';
import { secondLook } from '../passes/second-look.ts';
import type { Placement } from '../subject/geometry.ts';
import type { Stopwatch } from '../subject/stopwatch.ts';
import type { Subject } from '../subject/subject.ts';

export interface Trial {
  readonly subject: Subject;
  /** Its preset is settled. */
  readonly request: TryQuestion;
  readonly image: RgbImage;
  readonly watch: Stopwatch;
  /** The picture as it is, with nothing fed yet. Who takes it may take it once. */
  scene(): Promise<Scene>;
}

/** What a method gives. */
export interface Tried {
  readonly answer: string;
  readonly variant?: string;
  readonly layer?: number;
  /** What was cropped. */
  readonly boxes?: readonly SourceXyxy[];
  readonly skipped?: Roi['none'];
  readonly map?: { readonly map: QuantisedMap; readonly placement: Placement };
  /** How much a crop is needed, as far as this method shows it. */
  readonly needs?: Partial<GateNeeds>;
}

/** The answer to the whole picture of a scene, whatever of the prompt its cache holds. */
export async function answerAlone(trial: Trial, scene: Scene): Promise<string> {
  return (await firstAnswer(trial, scene, false)).answer;
}

/** The same with how much a crop is needed by it. */
export async function answerWithNeeds(trial: Trial, scene: Scene): Promise<Pick<Tried, 'answer' | 'needs'>> {
  const { answer, logProbs } = await firstAnswer(trial, scene, true);
  return { answer, needs: needsByAnswer(logProbs) };
}

function firstAnswer(
  { subject, request: { preset }, watch }: Trial,
  { encoded, prompt, cache, layers }: Scene,
  logProbs: boolean,
): Promise<FirstStage> {
  const reusable = layers >= subject.model.profile.layers && cache.length >= prompt.visual[1];
  cache.truncate(reusable ? prompt.visual[1] : 0);
  const start = { cache, hidden: null };
  const request = { ...askingOnly(preset), logProbs };
  return generateAnswer(subject, encoded, prompt, start, request, watch);
}

/** A first look of which nothing but the answer is wanted. */
function askingOnly({ maxNewTokens }: Preset): FirstStageRequest {
  return {
    plan: { heads: [], depth: 0 },
    maxNewTokens,
    hiddenOf: null,
    promptRows: 'none',
    answerRows: false,
  };
}

/** The answer with the crops beside the picture; without one the answer to the picture alone. */
export async function answerAt(
  trial: Trial,
  scene: Scene,
  { crops, none }: Roi,
  keep: Uint32Array | null = null,
): Promise<Pick<Tried, 'answer' | 'boxes' | 'skipped'>> {
  if (none) return { answer: await answerAlone(trial, scene), boxes: [], skipped: none };
  const { subject, request, watch } = trial;
  const { answer } = await secondLook(subject, scene, crops, request.preset, keep, watch);
  return { answer, boxes: crops.map(({ box }) => box), skipped: null };
}

/**
 * The decoder layer whose attention is read: the one that is asked for, else the deepest of the preset's grounding layers.
 * @throws FoveaError `bad_input` for a layer that the model does not have
 */
export function layerOf({ subject, request: { preset, layer, method } }: Trial): number {
  const { layers } = subject.model.profile;
  const chosen = layer ?? Math.max(...preset.grounding.map((set) => set.layer));
  if (chosen < layers) return chosen;
  throw new FoveaError(
    'bad_input',
    `${method} reads layer ${chosen}, and the model has ${counted(layers, 'layer')}`,
    {
      next: `Give a layer from 0 to ${layers - 1}`,
    },
  );
}

/** A method that this model cannot be asked by. */
export function refused({ request: { method } }: Trial, why: string, next: string): FoveaError {
  return new FoveaError('unsupported_model', `${method}: ${why}`, { next });
}
