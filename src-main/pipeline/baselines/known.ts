/** Methods that need no baseline's arithmetic: the picture alone, the RPN's crop, and a box that is known. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { quantise } from '../labels/maps.ts';
import { peakOf, roiOf } from '../labels/roi.ts';
import type { Crop } from '../labels/roi.ts';
import { seenBox } from '../labels/stored.ts';
import type { Placement } from '../subject/geometry.ts';
import { askGate } from '../passes/gate.ts';
import { NativeView } from '../passes/native.ts';
import { answerAt, answerWithNeeds, refused } from './trial.ts';
import type { Trial, Tried } from './trial.ts';

export async function alone(trial: Trial): Promise<Tried> {
  return answerWithNeeds(trial, await trial.scene());
}

/** Every given box a crop of its own, of which all tokens stay. */
export async function given(trial: Trial): Promise<Tried> {
  const boxes = boxesOf(trial);
  if (boxes.length === 0) {
    throw new FoveaError('bad_input', `${trial.request.method} needs a box`, { next: 'Give one or more' });
  }
  const crops = boxes.map((box): Crop => ({ box, keep: null }));
  return answerAt(trial, await trial.scene(), { crops, none: null });
}

/** The crop by the RPN alone: no answer is decoded before it. */
export async function rpn(trial: Trial): Promise<Tried> {
  const { subject, image, request, watch } = trial;
  requireRpn(trial);
  const view = new NativeView();
  const sample = view.begin();
  try {
    const { preset, question } = request;
    const says = await sample.predict(subject, image, question, preset, true, false, watch);
    const map = quantise(says.logits);
    const { placement } = says.encoded;
    const roi = roiOf(map.values, 'rpn', placement, preset.roi);
    const peak = peakOf(map.values, placement, preset.roi);
    const gated = subject.model.profile.gate ? await askGate(subject, says.prompt, says.hidden, watch) : {};
    const looked = await answerAt(trial, says, roi, roi.none ? null : says.keep);
    return { map: { map, placement }, needs: { peak, ...gated }, ...looked };
  } finally {
    sample.end();
    view.dispose();
  }
}

/** The RPN's logits as they are kept, and where they lie; null: the checkpoint has none. */
export async function rpnSays(
  trial: Trial,
): Promise<{ readonly map: Float32Array; readonly placement: Placement } | null> {
  const { subject, image, request, watch } = trial;
  if (!subject.model.profile.rpn) return null;
  const view = new NativeView();
  const sample = view.begin();
  try {
    const { preset, question } = request;
    const { logits, encoded } = await sample.predict(subject, image, question, preset, false, false, watch);
    return { map: quantise(logits).values, placement: encoded.placement };
  } finally {
    sample.end();
    view.dispose();
  }
}

/** @throws FoveaError `unsupported_model` for a checkpoint without an RPN */
export function requireRpn(trial: Trial): void {
  if (trial.subject.model.profile.rpn) return;
  throw refused(trial, 'the checkpoint has no RPN', 'Lay one over the model, or choose another method');
}

/**
 * The request's boxes as the model sees the picture; none given, none.
 * @throws FoveaError `bad_input` for one that is not inside of it
 */
export function boxesOf({ request, image }: Trial): readonly SourceXyxy[] {
  return (request.boxes ?? []).map((box) => {
    const seen = seenBox(box, image);
    const [x0, y0, x1, y1] = seen;
    if (x0 >= 0 && y0 >= 0 && x0 < x1 && y0 < y1 && x1 <= image.width && y1 <= image.height) return seen;
    throw new FoveaError('bad_input', `the box ${box.join(', ')} is not inside the picture`, {
      next: 'Give whole pixels inside it',
    });
  });
}
