/**
 * ViCrop's crop: the square window, of six sizes, whose sum of the map stands out most from that of the windows beside it. Source:
 * `bbox_from_att_image_adaptive` of saccharomycetes/mllms_know (arXiv 2502.17422).
 */
import { checkImageSize, checkMap } from '../check.ts';
import type { Grid, SourceXyxy } from '../types.ts';
import { numpySumOf } from './numpy-sum.ts';

/** Sides that are tried, as multiples of the smallest. */
export const WINDOW_RATIOS: readonly number[] = [1, 1.2, 1.4, 1.6, 1.8, 2];

interface Best {
  /** How far its sum is above the mean of its neighbours', per cell. */
  readonly sharpness: number;
  /** First cell, and cells a side. */
  readonly at: readonly [x: number, y: number];
  readonly cells: readonly [x: number, y: number];
  readonly side: number;
}

/**
 * @param map `[H*W]`, of the whole picture
 * @param size of the picture in source pixels
 * @param side of the smallest window in source pixels: the model's own input (336 of LLaVA-1.5; 224 of Qwen2.5-VL)
 * @returns whole source pixels; the whole picture where the smallest window covers it
 * @throws RangeError as `checkMap` and `checkImageSize`, and for a side that is not positive
 */
export function searchWindow(
  map: Float32Array,
  grid: Grid,
  size: readonly [width: number, height: number],
  side: number,
): SourceXyxy {
  checkMap(map, grid, 'map');
  checkImageSize(size);
  if (!(side > 0)) throw new RangeError(`a window's side must be positive, got ${side}`);
  const cell = [size[0] / grid[1], size[1] / grid[0]] as const;
  let best: Best | null = null;
  for (const ratio of WINDOW_RATIOS) {
    const cells = [
      Math.min(Math.max(1, Math.trunc((side * ratio) / cell[0])), grid[1]),
      Math.min(Math.max(1, Math.trunc((side * ratio) / cell[1])), grid[0]),
    ] as const;
    // Larger ones cover it as well.
    if (cells[0] === grid[1] && cells[1] === grid[0]) break;
    const window = { ...sharpest(map, grid, cells), cells, side: side * ratio };
    if (best === null || window.sharpness > best.sharpness) best = window;
  }
  return best === null ? [0, 0, ...size] : placed(best, cell, size);
}

/** The first window of the largest sum, columns before rows, and how it stands out. */
function sharpest(
  map: Float32Array,
  grid: Grid,
  [wide, high]: readonly [number, number],
): Pick<Best, 'at' | 'sharpness'> {
  const columns = grid[1] - wide + 1;
  const rows = grid[0] - high + 1;
  const sums = new Float32Array(columns * rows);
  let [bestX, bestY, most] = [0, 0, -Infinity];
  for (let x = 0; x < columns; x++) {
    for (let y = 0; y < rows; y++) {
      const sum = numpySumOf(map, grid[1], [x, y, x + wide, y + high]);
      sums[y * columns + x] = sum;
      if (sum > most) [bestX, bestY, most] = [x, y, sum];
    }
  }
  const beside = [
    [bestX - 1, bestY],
    [bestX + 1, bestY],
    [bestX, bestY - 1],
    [bestX, bestY + 1],
  ]
    .filter(([x, y]) => x! >= 0 && x! < columns && y! >= 0 && y! < rows)
    .map(([x, y]) => sums[y! * columns + x!]!);
  const mean = beside.reduce((a, b) => a + b, 0) / beside.length;
  return { at: [bestX, bestY], sharpness: (most - mean) / (wide * high) };
}

/** About the middle of its cells, pushed inside the picture, cut where it is larger than that. */
function placed(
  { at, cells, side }: Best,
  cell: readonly [number, number],
  size: readonly [width: number, height: number],
): SourceXyxy {
  const half = Math.floor(side / 2);
  const span = (axis: 0 | 1): readonly [start: number, end: number] => {
    const middle = Math.trunc(at[axis] * cell[axis] + (cell[axis] * cells[axis]) / 2);
    // In this order: where the window is larger than the picture, the second holds.
    const inside = Math.min(Math.max(middle, half), size[axis] - half);
    return [Math.max(0, inside - half), Math.min(size[axis], inside + half)];
  };
  const [x0, x1] = span(0);
  const [y0, y1] = span(1);
  return [x0, y0, x1, y1];
}
