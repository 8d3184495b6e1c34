/**
 * A preset's label rule on stored maps (METHOD §2): which variant, with which thresholds. Engine, relabel job and the
 * page's sliders all come here, so that what is shown while dragging is what would be stored.
 */
import { emptyAnswerLabels } from './assign.ts';
import type { LabelResult } from './assign.ts';
import type { FloatMap } from '../check.ts';
import { denoise } from './denoise.ts';
import { labelLlava } from './llava.ts';
import type { LlavaLabelParams } from './llava.ts';
import { labelQwen, QWEN_MIN_MAX } from './qwen.ts';
import { paddingMask } from './padding.ts';
import type { Grid } from '../types.ts';

/** The label part of a preset. */
export interface LabelRule extends LlavaLabelParams {
  readonly variant: 'llava' | 'qwen';
  /** Qwen only; default {@link QWEN_MIN_MAX}. */
  readonly minMax?: number | undefined;
  /** Qwen only; default off, as in the reference trainer. */
  readonly useSmoothing?: boolean | undefined;
}

/** The maps a label is cut from: values of one grid, `[H*W]`, decoded from float16 (METHOD §2: quantise first). */
export interface LabelMaps {
  readonly grid: Grid;
  /** Null for an answer without rows. */
  readonly grounding: FloatMap | null;
  readonly sink: FloatMap | null;
  /** Source [width, height] when the model saw the picture on a square, else null. */
  readonly paddedFrom: readonly [width: number, height: number] | null;
}

/** Labels, counts and the reason for dropping. Throws RangeError as the variants do. */
export function labelByRule({ grid, grounding, sink, paddedFrom }: LabelMaps, rule: LabelRule): LabelResult {
  if (!grounding) return emptyAnswerLabels(grid);
  if (rule.variant === 'llava') return labelLlava(grounding, sink, grid, rule);
  const { useSmoothing = false, minMax = QWEN_MIN_MAX } = rule;
  return labelQwen(grounding, sink, grid, paddedFrom, { ...rule, useSmoothing, minMax });
}

/** g′ (METHOD §2 step 1), `[H*W]`; the Qwen variant also zeroes the padding of a squared picture. */
export function denoiseByRule<T extends FloatMap>(
  { grid, grounding, sink, paddedFrom }: Omit<LabelMaps, 'grounding'> & { readonly grounding: T },
  rule: LabelRule,
): T {
  const padding = rule.variant === 'qwen' && paddedFrom ? paddingMask(paddedFrom, grid) : null;
  return denoise(grounding, sink, rule.sinkThresh, padding);
}
