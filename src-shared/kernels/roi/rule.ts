/**
 * A preset's one box rule (METHOD §4), for all maps alike. What enters it is a probability: an attention map is divided
 * by its maximum, RPN logits go through a sigmoid. A negative threshold takes values as they are.
 */
import { llavaCrops } from './llava.ts';
import { roiQwen } from './qwen.ts';
import { blurFloat32 } from '../blur.ts';
import { roiRulesOf } from './rules.ts';
import type { RoiRulesName } from './rules.ts';
import { sigmoid } from '../sigmoid.ts';
import type { CellXyxy, Grid } from '../types.ts';

/** The RoI part of a preset. */
export interface RoiRule {
  readonly variant: 'llava' | 'qwen';
  readonly form: 'bbox' | 'mask';
  readonly threshold: number;
  /** Qwen: whose rules; absent: SD-RPN's. */
  readonly rules?: RoiRulesName | undefined;
}

/** `attention`: an attention map or g′; `rpn`: logits. */
export type MapKind = 'attention' | 'rpn';

export interface RoiCells {
  readonly boxes: readonly CellXyxy[];
  /** The thresholded map by which crop tokens are kept, or null: keep all. */
  readonly mask: Uint8Array | null;
}

/**
 * Boxes in cells of a map `[H*W]`. Throws RangeError on a map that does not fit, and on a negative threshold where the
 * rule knows none.
 */
export function roiByRule(map: Float32Array, kind: MapKind, grid: Grid, rule: RoiRule): RoiCells {
  const values = rule.threshold < 0 ? map : kind === 'rpn' ? sigmoid(map) : relative(map);
  if (rule.variant === 'llava') return llavaCrops(values, grid, rule);
  const rules = roiRulesOf(rule);
  const { box, mask } = roiQwen(values, grid, rule.threshold, rules);
  return { boxes: box ? [box] : [], mask: rules.masksCrop ? mask : null };
}

/**
 * What a rule compares with its threshold's absolute value, `[H*W]`: blurred probabilities; under a negative threshold shares of the
 * blurred maximum. Throws as {@link roiByRule}.
 */
export function cutByRule(map: Float32Array, kind: MapKind, grid: Grid, rule: RoiRule): Float32Array {
  const { threshold } = rule;
  const values = threshold < 0 ? map : kind === 'rpn' ? sigmoid(map) : relative(map);
  if (rule.variant === 'qwen') return roiQwen(values, grid, threshold, roiRulesOf(rule)).blurred;
  const blurred = blurFloat32(values, grid);
  return threshold < 0 ? relative(blurred) : blurred;
}

/** Divided by its maximum; a map without a positive value stays as it is and passes no threshold. */
function relative(map: Float32Array): Float32Array {
  const max = map.reduce((a, b) => Math.max(a, b), 0);
  return max > 0 ? map.map((v) => v / max) : map;
}
