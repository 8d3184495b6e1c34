/**
 * The preset's one box rule (METHOD §4), for all three maps alike. What enters it is a probability: an attention map
 * is divided by its maximum, RPN logits go through a sigmoid. A negative threshold takes values as they are.
 */
import type { Preset } from '../../src-shared/contract/preset.ts';
import { keptCropTokens } from '../../src-shared/kernels/crop-tokens.ts';
import { llavaCrops } from '../../src-shared/kernels/roi-llava.ts';
import { roiQwen } from '../../src-shared/kernels/roi-qwen.ts';
import { sigmoid } from '../../src-shared/kernels/sigmoid.ts';
import type { CellXyxy, Grid, SourceXyxy } from '../../src-shared/kernels/types.ts';
import type { Placement } from './geometry.ts';

/** One crop: whole source pixels of positive area, and which of its tokens stay (null: all), row-major in the grid. */
export interface Crop {
  readonly box: SourceXyxy;
  readonly keep: Uint32Array | null;
  /** Qwen: the mask it came from, for a crop whose own grid shows only once it is made. */
  readonly masked?: { readonly mask: Uint8Array; readonly grid: Grid; readonly cells: CellXyxy };
}

export interface Roi {
  readonly crops: readonly Crop[];
  /** Why there is none: no box, or only boxes without area once in source pixels. */
  readonly none: 'no_box' | 'empty_box' | null;
}

export type MapKind = 'attention' | 'rpn';

/** @param map `[H*W]`: an attention map or g′ (`attention`), or RPN logits (`rpn`). */
export function roiOf(map: Float32Array, kind: MapKind, placement: Placement, params: Preset['roi']): Roi {
  const values = params.threshold < 0 ? map : kind === 'rpn' ? sigmoid(map) : relative(map);
  const { boxes, mask } = cellBoxes(values, placement, params);
  const crops = boxes
    .map((cells) => ({ cells, box: placement.toSource(cells) }))
    .filter(({ box }) => box[2] > box[0] && box[3] > box[1])
    .map(({ cells, box }): Crop => {
      const { grid } = placement;
      const keep = mask && keptCropTokens(mask, grid, cells, grid);
      return { box, keep, ...(mask && params.variant === 'qwen' ? { masked: { mask, grid, cells } } : {}) };
    });
  return { crops, none: crops.length > 0 ? null : boxes.length > 0 ? 'empty_box' : 'no_box' };
}

function cellBoxes(
  values: Float32Array,
  { grid }: Placement,
  params: Preset['roi'],
): { boxes: readonly CellXyxy[]; mask: Uint8Array | null } {
  if (params.variant === 'llava') return llavaCrops(values, grid, params);
  const { box, mask } = roiQwen(values, grid, params.threshold);
  return { boxes: box ? [box] : [], mask };
}

/** Divided by its maximum; a map without a positive value stays as it is and passes no threshold. */
function relative(map: Float32Array): Float32Array {
  const max = map.reduce((a, b) => Math.max(a, b), 0);
  return max > 0 ? map.map((v) => v / max) : map;
}
