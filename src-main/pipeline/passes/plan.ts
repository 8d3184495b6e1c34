/**
 * What a request makes the model record, worked out and checked before anything runs: a preset made for another model
 * must fail with its layer and head named, not inside a graph.
 */
import type { HeadSet, Preset } from '../../../src-shared/contract/preset.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ModelProfile } from '../ports.ts';
import { uniteHeads } from './rows.ts';

export interface TapPlan {
  /** Heads of the answer's rows (or the last prompt row), one entry per layer, ascending. */
  readonly heads: readonly { layer: number; heads: number[] }[];
  /** First layer that need not run when nothing but the taps is wanted. */
  readonly depth: number;
}

/**
 * @param allHeadsOf layers of which every head is wanted as well.
 * @throws FoveaError `unsupported_model` when the preset, or `allHeadsOf`, asks for a layer or head the model lacks, or the
 *   preset's RoI rule contradicts itself.
 */
export function planTaps(profile: ModelProfile, preset: Preset, allHeadsOf: readonly number[]): TapPlan {
  const sets: HeadSet[] = [
    ...preset.grounding,
    ...(preset.sink ?? []),
    ...allHeadsOf.map((layer): HeadSet => ({ layer, heads: 'all' })),
  ];
  for (const { layer, heads } of sets) {
    if (layer >= profile.layers) refuse(preset, `layer ${layer} of a model with ${profile.layers}`);
    const head = heads === 'all' ? undefined : heads.find((h) => h >= profile.heads);
    if (head !== undefined) refuse(preset, `head ${head} of a model with ${profile.heads} per layer`);
  }
  if (preset.family !== profile.family)
    refuse(preset, `family ${preset.family} of a ${profile.family} model`);
  const { variant, form, threshold } = preset.roi;
  if (threshold < 0 && (variant !== 'llava' || form !== 'bbox')) {
    refuse(preset, `a negative threshold with ${variant} ${form} (it works with LLaVA boxes only)`);
  }
  if (preset.roi.rules && variant !== 'qwen')
    refuse(preset, `Q-Zoom's rules with ${variant} (they are Qwen2.5-VL's)`);
  if (preset.pruning && variant !== 'qwen')
    refuse(preset, `pruning with ${variant} (it works with Qwen only)`);
  const heads = uniteHeads(sets, profile.heads);
  return { heads, depth: Math.max(...heads.map(({ layer }) => layer)) + 1 };
}

function refuse(preset: Preset, what: string): never {
  throw new FoveaError('unsupported_model', `preset ${preset.id} asks for ${what}`, {
    where: preset.id,
    next: 'Choose the preset that was made for this model',
  });
}
