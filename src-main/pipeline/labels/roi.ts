/** The preset's box rule on a map (METHOD §4; the arithmetic is the kernels'), and what the second stage makes of it. */
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { keptCropTokens } from '../../../src-shared/kernels/crop-tokens.ts';
import { pictureCells } from '../../../src-shared/kernels/labels/padding.ts';
import { needOfMap } from '../../../src-shared/kernels/gate/signals.ts';
import { cutByRule, roiByRule } from '../../../src-shared/kernels/roi/rule.ts';
import type { MapKind } from '../../../src-shared/kernels/roi/rule.ts';
import { roiRulesOf } from '../../../src-shared/kernels/roi/rules.ts';
import type { CellXyxy, Grid, SourceXyxy } from '../../../src-shared/kernels/types.ts';
import type { RgbImage } from '../../checkpoint/image/decode.ts';
import type { Placement } from '../subject/geometry.ts';

/** One crop: whole source pixels of positive area, and which of its tokens stay (null: all), row-major in the grid. */
export interface Crop {
  readonly box: SourceXyxy;
  readonly keep: Uint32Array | null;
  /** Qwen: the mask it came from, for a crop whose own grid shows only once it is made. */
  readonly masked?: { readonly mask: Uint8Array; readonly grid: Grid; readonly cells: CellXyxy };
  /** Q-Zoom: its cells in the grid of the picture as it is; absent when it came from another view. */
  readonly cells?: CellXyxy;
  /** Cells of the picture whose positions its tokens take (crop-positions.ts); absent: those of one more picture. */
  readonly within?: CellXyxy;
  /** What is seen in place of the box: several regions laid together; absent: the box of the picture. */
  readonly picture?: RgbImage;
}

export interface Roi {
  readonly crops: readonly Crop[];
  /** Why there is none: no box, only boxes without area once in source pixels, or one too small for the encoder. */
  readonly none: 'no_box' | 'empty_box' | 'small_box' | null;
}

/** Cells of a crop without the padding beside the picture, which is not cropped either. */
function onPicture(cells: CellXyxy, { paddedFrom, grid }: Placement): CellXyxy {
  if (!paddedFrom) return cells;
  const [x0, y0, x1, y1] = pictureCells(paddedFrom, grid);
  const inside = [
    Math.max(cells[0], x0),
    Math.max(cells[1], y0),
    Math.min(cells[2], x1),
    Math.min(cells[3], y1),
  ] as const;
  return inside[2] > inside[0] && inside[3] > inside[1] ? inside : cells;
}

/** @param map `[H*W]`: an attention map or g′ (`attention`), or RPN logits (`rpn`). */
export function roiOf(map: Float32Array, kind: MapKind, placement: Placement, params: Preset['roi']): Roi {
  const { boxes, mask } = roiByRule(map, kind, placement.grid, params);
  const rules = roiRulesOf(params);
  const least = rules.leavesOutSmallCrops ? (placement.tokenSide ?? 1) : 1;
  const sided = (box: SourceXyxy, side: number): boolean =>
    box[2] - box[0] >= side && box[3] - box[1] >= side;
  const found = boxes
    .map((cells) => ({ cells, box: placement.toSource(cells, rules) }))
    .filter(({ box }) => sided(box, 1));
  const crops = found
    .filter(({ box }) => sided(box, least))
    .map(({ cells, box }): Crop => {
      const { grid } = placement;
      const keep = mask && keptCropTokens(mask, grid, cells, grid);
      if (params.variant !== 'qwen') return { box, keep };
      if (!mask) return { box, keep, ...(placement.paddedFrom ? {} : { cells }) };
      return { box, keep, masked: { mask, grid, cells: onPicture(cells, placement) } };
    });
  if (crops.length > 0) return { crops, none: null };
  return { crops, none: found.length > 0 ? 'small_box' : boxes.length > 0 ? 'empty_box' : 'no_box' };
}

/** The largest probability that the rule compares with its threshold, of RPN logits: how sure the RPN is of any place. */
export function peakOf(logits: Float32Array, { grid }: Placement, params: Preset['roi']): number {
  // A negative threshold takes logits as they are; what is asked here is a probability whatever the rule.
  return needOfMap(cutByRule(logits, 'rpn', grid, { ...params, threshold: Math.abs(params.threshold) }));
}

/** The one crop, or the smallest box around both when the `bbox` form gave two. */
export function around(boxes: readonly SourceXyxy[]): SourceXyxy {
  return boxes.reduce((a, b) => [
    Math.min(a[0], b[0]),
    Math.min(a[1], b[1]),
    Math.max(a[2], b[2]),
    Math.max(a[3], b[3]),
  ]);
}
