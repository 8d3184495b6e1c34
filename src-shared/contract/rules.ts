/** Whose rules read an RoI map and place its crop (METHOD §8): SD-RPN's or Q-Zoom's, by the checkpoint or by a preset. */
import { z } from 'zod';
import type { Preset } from './preset.ts';

export const checkpointRulesSchema = z.object({
  name: z.enum(['sd-rpn', 'q-zoom']),
  /**
   * Positions of a crop's tokens under Q-Zoom's rules: those of one more picture (`own`), or inside the source picture's
   * (`source`: config.json says `reuse_src_pos`).
   */
  cropPositions: z.enum(['own', 'source']),
});
export type CheckpointRules = z.infer<typeof checkpointRulesSchema>;

export const SD_RPN_RULES: CheckpointRules = { name: 'sd-rpn', cropPositions: 'own' };

/** The preset as a run of the checkpoint uses and stores it: whose rules hold is said in it. */
export function settledPreset(preset: Preset, { name }: CheckpointRules): Preset {
  const { roi } = preset;
  if (roi.variant !== 'qwen' || roi.rules !== undefined || name === 'sd-rpn') return preset;
  return { ...preset, roi: { ...roi, rules: name } };
}

/**
 * The preset as a run stores it, with the gate that holds: where the preset names none the checkpoint's own, if it carries one.
 * @param threshold of the checkpoint's gate; absent: it has none
 */
export function gatedPreset(preset: Preset, threshold: number | undefined): Preset {
  const { gate, ...rest } = preset;
  if (gate === null) return threshold === undefined ? rest : preset;
  if (gate !== undefined || threshold === undefined) return preset;
  return { ...rest, gate: { by: 'trained', threshold } };
}

/** What an answer notes of the rules that its crop was made by; nothing under SD-RPN's. */
export function rulesNote({ roi }: Preset, { cropPositions }: CheckpointRules): { rules?: CheckpointRules } {
  return roi.rules === undefined ? {} : { rules: { name: roi.rules, cropPositions } };
}
