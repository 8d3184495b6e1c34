/**
 * Two projects read Qwen2.5-VL's RoI map differently (METHOD §4 and §8): SD-RPN, and Q-Zoom, which came after it. Where
 * they differ, the numbers are here and nowhere else; each is that of the authors' inference code.
 */

export type RoiRulesName = 'sd-rpn' | 'q-zoom';

export interface RoiRules {
  /** On grids of more cells than this the corner counts as noise. */
  readonly cornerAbove: number;
  /** So many cells of the first column and row are cleared at least. */
  readonly cornerLeast: number;
  /** A box whose side is shorter in source pixels grows to this about its centre; 0: none grows. */
  readonly leastSide: number;
  /**
   * A crop with a side below one visual token gets no second look: the image processor that SD-RPN's code runs with
   * (transformers 4.51) refuses it, and that code goes on without. Later processors enlarge it.
   */
  readonly leavesOutSmallCrops: boolean;
  /** Tokens of the crop that the mask does not cover are left out. */
  readonly masksCrop: boolean;
  /** The crop goes before the token that ends the picture, inside the picture's own pair; else right after it. */
  readonly nestsCrop: boolean;
}

export const ROI_RULES: Readonly<Record<RoiRulesName, RoiRules>> = {
  'sd-rpn': {
    cornerAbove: 768,
    cornerLeast: 0,
    leastSide: 0,
    leavesOutSmallCrops: true,
    masksCrop: true,
    nestsCrop: true,
  },
  'q-zoom': {
    cornerAbove: 256,
    cornerLeast: 1,
    leastSide: 28,
    leavesOutSmallCrops: false,
    masksCrop: false,
    nestsCrop: false,
  },
};

/** Those of a rule that may not name them: SD-RPN's. */
export function roiRulesOf({ rules }: { readonly rules?: RoiRulesName | undefined }): RoiRules {
  return ROI_RULES[rules ?? 'sd-rpn'];
}
