/** What analysing one sample yields besides its maps, as plain types: the engine says it, the store keeps it, exports write it. */
import type { Grid, GridTransform, SourceXyxy } from '../kernels/types.ts';
import type { GateSaid } from './gate.ts';
import type { CheckpointRules } from './rules.ts';

/** A map with its place on the picture (METHOD §1: every stored map carries its own grid and transform). */
export interface PlacedMap {
  readonly grid: Grid;
  readonly transform: GridTransform;
  /** Float16 bits, `[H*W]` row-major: what is stored is what was labelled (METHOD §2). */
  readonly bits: Uint16Array;
}

/**
 * The maps of one prediction; null where the run made none. All lie on the label's grid but `rpn`, which has the grid
 * of the picture as it is where the teacher saw another (Qwen).
 */
export interface MapSet {
  readonly grounding: PlacedMap | null;
  readonly sink: PlacedMap | null;
  readonly question: PlacedMap | null;
  /** Continuous g′ (METHOD §2 step 1). */
  readonly denoised: PlacedMap | null;
  /** RPN logits. */
  readonly rpn: PlacedMap | null;
}

/** Boxes in source pixels that each map yields under the preset's RoI rule. */
export interface MapBoxes {
  readonly raw: readonly SourceXyxy[];
  readonly denoised: readonly SourceXyxy[];
  readonly rpn: readonly SourceXyxy[];
}

export interface SecondStage {
  /** The crop in source pixels, or null when no second stage took place. */
  readonly crop: SourceXyxy | null;
  /** Which map gave the crop; null without a crop (and in predictions from before this was noted). */
  readonly from: 'rpn' | 'denoised' | null;
  /** The answer with the crop; equals the first answer when there was no crop. */
  readonly answer: string;
  /** Why there was no crop; null when there was one. */
  readonly skipped: 'no_box' | 'empty_box' | 'small_box' | 'not_needed' | null;
  /** What the preset's gate said; absent: it has none, or the signal gave no number. */
  readonly gate?: GateSaid | undefined;
  /** How many of the picture's own tokens stayed, where the preset's pruning took place. */
  readonly pruned?: { readonly kept: number; readonly of: number } | undefined;
  /** Whose rules, and which positions the crop took; absent: SD-RPN's. */
  readonly rules?: CheckpointRules | undefined;
}
