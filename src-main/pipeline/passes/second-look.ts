/** A second look from a scene: the crops beside the picture as it is, with or without all of its own tokens. */
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { rulesNote } from '../../../src-shared/contract/rules.ts';
import { withPositions } from '../labels/crop-positions.ts';
import type { Crop } from '../labels/roi.ts';
import type { Stopwatch } from '../subject/stopwatch.ts';
import type { Subject } from '../subject/subject.ts';
import type { Scene } from './native.ts';
import { answerWithCrops } from './second-stage.ts';

export interface SecondLook {
  readonly answer: string;
  /** How many of the picture's own tokens stayed, where the preset's pruning took place. */
  readonly pruned?: { readonly kept: number; readonly of: number };
}

/**
 * @param scene what its cache holds of the prompt serves again where every layer holds it
 * @param found at least one; their boxes lie inside the picture and have area
 * @param keep only these of the picture's own tokens are fed; null: all
 */
export async function secondLook(
  subject: Subject,
  { encoded, prompt, cache, layers }: Scene,
  found: readonly Crop[],
  preset: Preset,
  keep: Uint32Array | null,
  watch: Stopwatch,
): Promise<SecondLook> {
  const { rules } = rulesNote(preset, subject.checkpoint.rules);
  const crops = rules ? withPositions(found, encoded, rules) : found;
  if (keep) {
    // Without some of the tokens all later ones have other keys and values; those of the whole stay as they are.
    const fresh = subject.model.newCache();
    try {
      const { answer } = await answerWithCrops(subject, encoded, prompt, crops, fresh, preset, watch, keep);
      return { answer, pruned: { kept: keep.length, of: prompt.visual[1] - prompt.visual[0] } };
    } finally {
      fresh.dispose();
    }
  }
  // A prefill that stopped early (teacher-forced) left no keys to reuse in the later layers.
  if (layers < subject.model.profile.layers) cache.truncate(0);
  const { answer } = await answerWithCrops(subject, encoded, prompt, crops, cache, preset, watch);
  return { answer };
}
