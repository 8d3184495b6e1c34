/**
 * How boxes of a stored map become source pixels, without the model at hand. Where a map lies is stored with it; by
 * which of the reference's roundings its boxes were made is not, so the candidates are tried on the boxes that are.
 */
import { llavaBoxToSource } from './llava.ts';
import { qwenBoxToSource } from './qwen.ts';
import { roiByRule } from './rule.ts';
import type { MapKind, RoiRule } from './rule.ts';
import { roiRulesOf } from './rules.ts';
import { cellBoxToWholePixels, nativeTransform, squaredTransform } from '../transform.ts';
import type { CellXyxy, Grid, GridTransform, SourceXyxy } from '../types.ts';

/** Pixels per token side of the encoders there are; CLIP-L/14, which LLaVA-1.5 has, first. */
const PATCHES = [14, 16, 28, 32];

export interface StoredPlace {
  readonly grid: Grid;
  readonly transform: GridTransform;
  /** Source [width, height]. */
  readonly size: readonly [width: number, height: number];
}

/** Cells to whole source pixels; may have no area. */
export type ToSource = (box: CellXyxy) => SourceXyxy;

/** Whether the picture was centred on a square; a square picture looks so either way. */
export function liesSquared({ grid, transform, size }: StoredPlace): boolean {
  return grid[0] === grid[1] && sameTransform(transform, squaredTransform(size, grid));
}

/** Conversions that agree with where the map lies, the likeliest first; never empty. */
export function conversions(place: StoredPlace, rule: Pick<RoiRule, 'variant' | 'rules'>): ToSource[] {
  const { grid, transform, size } = place;
  const affine: ToSource = (box) => cellBoxToWholePixels(transform, box, size);
  if (rule.variant === 'qwen') {
    const native: ToSource = (box) => qwenBoxToSource(box, grid, size, roiRulesOf(rule));
    return sameTransform(transform, nativeTransform(size, grid)) ? [native, affine] : [affine];
  }
  if (!liesSquared(place)) return [affine];
  const padded = PATCHES.map(
    (patch): ToSource =>
      (box) =>
        llavaBoxToSource(box, grid, size, patch * grid[1]),
  );
  return [...padded, affine];
}

/** A map with boxes that were made of it under a rule. */
export interface Witness {
  readonly map: Float32Array;
  readonly kind: MapKind;
  readonly boxes: readonly SourceXyxy[];
}

/** The first conversion under which every witness gives its boxes again; the likeliest when none does. */
export function conversionOf(place: StoredPlace, rule: RoiRule, witnesses: readonly Witness[]): ToSource {
  const found = conversions(place, rule);
  if (found.length === 1) return found[0]!;
  const cells = witnesses.map(({ map, kind }) => roiByRule(map, kind, place.grid, rule).boxes);
  const agrees = (toSource: ToSource): boolean =>
    witnesses.every(({ boxes }, i) => sameBoxes(sourceBoxes(cells[i]!, toSource), boxes));
  return found.find(agrees) ?? found[0]!;
}

/** Boxes in source pixels, those without area left out (as the pipeline does). */
export function sourceBoxes(cells: readonly CellXyxy[], toSource: ToSource): SourceXyxy[] {
  return cells.map(toSource).filter((box) => box[2] > box[0] && box[3] > box[1]);
}

/** Whether two lists hold the same boxes in the same order. */
export function sameBoxes(a: readonly SourceXyxy[], b: readonly SourceXyxy[]): boolean {
  return a.length === b.length && a.every((box, i) => box.every((value, j) => value === b[i]![j]));
}

/** Transforms went through JSON, which keeps every bit; the margin is for other makers. */
function sameTransform(a: GridTransform, b: GridTransform): boolean {
  const near = (x: number, y: number): boolean => Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(y));
  return (
    near(a.scaleX, b.scaleX) &&
    near(a.scaleY, b.scaleY) &&
    near(a.offsetX, b.offsetX) &&
    near(a.offsetY, b.offsetY)
  );
}
