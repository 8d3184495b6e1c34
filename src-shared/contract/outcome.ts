/** What analysing one sample yields besides its maps, as plain types: the engine says it, the store keeps it, exports write it. */
import type { SourceXyxy } from '../kernels/types.ts';

/** Boxes in source pixels that each map yields under the preset's RoI rule. */
export interface MapBoxes {
  readonly raw: readonly SourceXyxy[];
  readonly denoised: readonly SourceXyxy[];
  readonly rpn: readonly SourceXyxy[];
}

export interface SecondStage {
  /** The crop in source pixels, or null when no second stage took place. */
  readonly crop: SourceXyxy | null;
  /** The answer with the crop; equals the first answer when there was no crop. */
  readonly answer: string;
  /** Why there was no crop; null when there was one. */
  readonly skipped: 'no_box' | 'empty_box' | null;
}
