/**
 * Where the grid lies on the picture, by the model's own geometry (METHOD §4). Padded pictures use the reference's
 * float32 box conversion; centre-cropped ones (llava-hf's processor) are a plain affine map, clamped and truncated.
 * Dynamic grids (Qwen) have two geometries: the picture as it is, and centred on the teacher's grey square.
 */
import { shortestEdgeSize } from '../../checkpoint/image/clip-processor.ts';
import type { ImageGeometry } from '../../checkpoint/config.ts';
import { llavaBoxToSource } from '../../../src-shared/kernels/roi/llava.ts';
import { qwenBoxToSource } from '../../../src-shared/kernels/roi/qwen.ts';
import type { RoiRules } from '../../../src-shared/kernels/roi/rules.ts';
import {
  cellBoxToWholePixels,
  nativeTransform,
  squaredTransform,
} from '../../../src-shared/kernels/transform.ts';
import type { CellXyxy, Grid, GridTransform, SourceXyxy } from '../../../src-shared/kernels/types.ts';

export interface Placement {
  readonly grid: Grid;
  readonly transform: GridTransform;
  /** Source size when the picture was padded to a square, else null. */
  readonly paddedFrom: readonly [width: number, height: number] | null;
  /** Pixels of a visual token's side, where a crop is made of whole tokens of its own; absent: any crop fits. */
  readonly tokenSide?: number;
  /** Whole source pixels inside the picture; may have no area. `rules` grow small boxes of a picture as it is. */
  toSource(box: CellXyxy, rules?: RoiRules): SourceXyxy;
}

/** @param size source [width, height]; @param side of the encoder's square in pixels. */
export function placementOf(
  geometry: ImageGeometry,
  size: readonly [width: number, height: number],
  grid: Grid,
  side: number,
): Placement {
  if (geometry === 'pad') {
    return {
      grid,
      transform: squaredTransform(size, grid),
      paddedFrom: size,
      toSource: (box) => llavaBoxToSource(box, grid, size, side),
    };
  }
  const transform = centreCropTransform(size, grid, side);
  return {
    grid,
    transform,
    paddedFrom: null,
    toSource: (box) => cellBoxToWholePixels(transform, box, size),
  };
}

/** A picture of a model with dynamic grids: as it is, or centred on the teacher's square. */
export function dynamicPlacement(
  size: readonly [width: number, height: number],
  grid: Grid,
  squared: boolean,
  tokenSide: number,
): Placement {
  if (!squared) {
    return {
      grid,
      tokenSide,
      transform: nativeTransform(size, grid),
      paddedFrom: null,
      toSource: (box, rules) => qwenBoxToSource(box, grid, size, rules),
    };
  }
  const transform = squaredTransform(size, grid);
  return {
    grid,
    tokenSide,
    transform,
    paddedFrom: size,
    toSource: (box) => cellBoxToWholePixels(transform, box, size),
  };
}

function centreCropTransform(size: readonly [number, number], grid: Grid, side: number): GridTransform {
  const [width, height] = shortestEdgeSize(size[0], size[1], side);
  const perPixel = [grid[1] / side, grid[0] / side] as const;
  return {
    scaleX: (width / size[0]) * perPixel[0],
    scaleY: (height / size[1]) * perPixel[1],
    offsetX: -Math.floor((width - side) / 2) * perPixel[0],
    offsetY: -Math.floor((height - side) / 2) * perPixel[1],
  };
}
