/**
 * hidden_states[K] of a prompt as it is kept (src-main/features): of the picture as it is, the prefix fed by itself, so that
 * the same question gives the same numbers whatever was asked before it and whatever else is wanted of it.
 */
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { encodeFeatures } from '../../features/codec.ts';
import type { Prompted } from '../subject/prompted.ts';
import { withPrefix } from '../subject/shared-prefix.ts';
import type { Depth, Lease, SharedPrefix } from '../subject/shared-prefix.ts';
import type { Stopwatch } from '../subject/stopwatch.ts';
import type { EncodedImage, Subject } from '../subject/subject.ts';
import { prefillHidden } from './rpn.ts';

/**
 * The layer whose input a labelling pass keeps beside its other work, once it is known to be the one that it reads anyway.
 * @throws FoveaError `bad_input` where the checkpoint's branch reads another layer, or there is none of this number
 */
export function featureLayer(subject: Subject, layer: number): number {
  const { rpn } = subject.model.profile;
  if (!rpn || rpn.k === layer) return layerThatIs(subject, layer);
  throw new FoveaError('bad_input', `the checkpoint's RPN reads hidden_states[${rpn.k}], not [${layer}]`, {
    next: `Ask for layer ${rpn.k}`,
  });
}

/** @throws FoveaError `bad_input` where the model has no layer of this number */
export function layerThatIs({ model }: Subject, layer: number): number {
  const { layers } = model.profile;
  if (Number.isInteger(layer) && layer >= 0 && layer <= layers) return layer;
  throw new FoveaError(
    'bad_input',
    `there is no hidden_states[${layer}] in a model of ${counted(layers, 'layer')}`,
    {
      next: 'Give the layer K at which the RPN begins',
    },
  );
}

/** @param hidden `[≥ prompt.length, d]`; rows behind the prompt are left out. @throws FoveaError `bad_input` for NaN and Inf */
export function encodedFeatures(
  { model }: Subject,
  { image, placement }: EncodedImage,
  { length, visual }: Prompted,
  hidden: Float32Array,
): Uint8Array {
  const { hiddenSize } = model.profile;
  const { width, height, turned = 1 } = image;
  return encodeFeatures({
    rows: hidden.subarray(0, length * hiddenSize),
    length,
    hiddenSize,
    visual,
    grid: placement.grid,
    picture: { width, height, turned },
  });
}

/**
 * hidden_states[K] of the whole prompt, going on from what earlier questions left and leaving as much to the next.
 * @returns also what the sample holds of it until it ends
 */
export async function sharedHidden(
  subject: Subject,
  encoded: EncodedImage,
  prompt: Prompted,
  shared: SharedPrefix,
  depth: Depth & { readonly hiddenOf: number },
  watch: Stopwatch,
): Promise<{ readonly lease: Lease; readonly hidden: Float32Array }> {
  const lease = await shared.start(subject, prompt, depth);
  try {
    const start = depth.alone ? await withPrefix(subject, encoded, prompt, lease, depth, watch) : lease;
    const hidden = await prefillHidden(subject, encoded, prompt, start, depth, watch);
    lease.filled?.(depth.layers, hidden);
    return { lease, hidden };
  } catch (error) {
    lease.end();
    throw error;
  }
}
