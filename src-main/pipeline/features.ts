/** Features of one question by themselves: a forward pass of the layers below the branch, of the picture as it is. */
import type { FeaturesOutcome, FeaturesRequest } from '../engine/protocol.ts';
import { encodedFeatures, layerThatIs, sharedHidden } from './passes/features.ts';
import { promptFor } from './subject/prompted.ts';
import { SharedPrefix } from './subject/shared-prefix.ts';
import { Stopwatch } from './subject/stopwatch.ts';
import { encodeImageFile } from './subject/subject.ts';
import type { EncodedImage, Subject } from './subject/subject.ts';

export interface FeaturesOptions {
  readonly signal?: AbortSignal;
  /** The picture as it is when it is already encoded (several questions on one picture), and what they share. */
  readonly encoded?: EncodedImage;
  readonly shared?: SharedPrefix;
}

/**
 * @throws FoveaError `cancelled`, `bad_input` (a layer that is not there, hidden states that are not finite), and
 *   whatever reading the picture throws
 */
export async function featuresOf(
  subject: Subject,
  { preset, imagePath, question, layer }: Omit<FeaturesRequest, 'model'>,
  options: FeaturesOptions = {},
): Promise<FeaturesOutcome> {
  const watch = new Stopwatch(options.signal);
  const hiddenOf = layerThatIs(subject, layer);
  const encoded = options.encoded ?? (await encodeImageFile(subject, imagePath, watch, null, preset.picture));
  const prompt = promptFor(subject, question, encoded.placement.grid);
  const shared = options.shared ?? new SharedPrefix();
  try {
    const depth = { layers: Math.max(1, hiddenOf), hiddenOf, alone: true };
    const { lease, hidden } = await sharedHidden(subject, encoded, prompt, shared, depth, watch);
    lease.end();
    const features = encodedFeatures(subject, encoded, prompt, hidden);
    return { features, timings: watch.report(), device: subject.model.profile.device };
  } finally {
    if (!options.shared) shared.dispose();
  }
}
