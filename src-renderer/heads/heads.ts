/**
 * The heads of a model as a matrix, layers down and heads across, or ranked: where each stands, what the arrow keys
 * reach, which are in the recipe, and the mean map of some of them.
 */
import type { HeadSet } from '../../src-shared/contract/preset.ts';
import { fromFloat16 } from '../../src-shared/kernels/float16.ts';
import type { Grid, GridTransform } from '../../src-shared/kernels/types.ts';

/** Every head's map of some layers of one sample. */
export interface HeadMaps {
  readonly grid: Grid;
  readonly transform: GridTransform;
  /** Layer numbers, ascending. */
  readonly layers: readonly number[];
  /** Heads per layer. */
  readonly heads: number;
  /** Float16 bits `[layers, heads, H*W]`. */
  readonly bits: Uint16Array;
}

/** One head; `index` counts over {@link HeadMaps.bits}. */
export interface Head {
  readonly index: number;
  readonly layer: number;
  readonly head: number;
}

export interface HeadScore {
  /** ROC-AUC against the label on screen; null where it has one class only. */
  readonly agreement: number | null;
  /** Share of the head's attention on sink tokens; null without a sink map. */
  readonly sink: number | null;
  /** Mean ROC-AUC over the samples that heads were ranked by; null: not ranked. */
  readonly mean: number | null;
}

export const ORDERS = ['layer', 'agreement', 'mean', 'sink'] as const;
export type Order = (typeof ORDERS)[number];

export function headAt({ layers, heads }: Pick<HeadMaps, 'layers' | 'heads'>, index: number): Head {
  return { index, layer: layers[Math.floor(index / heads)]!, head: index % heads };
}

/** The head's place in the maps; null when its layer is not among them. */
export function indexOf(
  { layers, heads }: Pick<HeadMaps, 'layers' | 'heads'>,
  layer: number,
  head: number,
): number | null {
  const row = layers.indexOf(layer);
  return row < 0 || head >= heads ? null : row * heads + head;
}

/** The map of one head, `[H*W]` bits; a view. */
export function mapAt({ grid, bits }: HeadMaps, index: number): Uint16Array {
  const cells = grid[0] * grid[1];
  return bits.subarray(index * cells, (index + 1) * cells);
}

/** Indices in the order asked for, highest first; heads without the number come last, equals as in the model. */
export function ordered(count: number, order: Order, scores: readonly (HeadScore | undefined)[]): number[] {
  const indices = Array.from({ length: count }, (_, i) => i);
  if (order === 'layer') return indices;
  const value = (index: number): number => scores[index]?.[order] ?? -1;
  return indices.sort((a, b) => value(b) - value(a) || a - b);
}

/** How the cells are laid out: as the model has them, or wrapped to the width there is. */
export interface Layout {
  readonly cols: number;
  readonly rows: number;
  /** CSS pixels per cell, gap included. */
  readonly pitch: number;
}

/** Cells from this size on can be told apart at a glance; smaller ones only where there are many. */
const READABLE = 40;
const LARGEST = 160;

/** The largest CSS pixels per cell with which all heads are in view at once, else a readable one. */
export function fittingSize(
  count: number,
  heads: number,
  order: Order,
  width: number,
  height: number,
): number {
  for (let size = LARGEST; size > READABLE; size -= 4) {
    const { rows, pitch } = layoutOf(count, heads, order, width, size);
    if (rows * pitch <= height && pitch === size) return size;
  }
  return READABLE;
}

export const GAP = 2;
const LEAST_PITCH = 18;

/** @param size wished CSS pixels per cell; the model's own order shrinks to fit the width, down to a limit. */
export function layoutOf(count: number, heads: number, order: Order, width: number, size: number): Layout {
  if (order === 'layer') {
    const pitch = Math.max(LEAST_PITCH, Math.min(size, Math.floor(width / heads)));
    return { cols: heads, rows: Math.ceil(count / heads), pitch };
  }
  const cols = Math.max(1, Math.min(count, Math.floor(width / size)));
  return { cols, rows: Math.ceil(count / cols), pitch: size };
}

/** Where an arrow key, Home, End or a page key leads from a place; null for another key. */
export function movedPlace(place: number, key: string, count: number, cols: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -cols,
    ArrowDown: cols,
    PageUp: -cols * 4,
    PageDown: cols * 4,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  if (step === undefined) return null;
  const to = place + step;
  // Up and down stay in their column at the ends; everything else stops at the first and last head.
  if ((key === 'ArrowUp' || key === 'ArrowDown') && (to < 0 || to >= count)) return place;
  return Math.min(count - 1, Math.max(0, to));
}

/** Whether a head is among those averaged. */
export function includes(sets: readonly HeadSet[], layer: number, head: number): boolean {
  return sets.some((set) => set.layer === layer && (set.heads === 'all' || set.heads.includes(head)));
}

/** The sets with one head added or taken out, layers and heads ascending. `heads`: heads per layer, for `all`. */
export function toggled(sets: readonly HeadSet[], layer: number, head: number, heads: number): HeadSet[] {
  const byLayer = new Map<number, Set<number>>();
  for (const set of sets) {
    const listed = set.heads === 'all' ? Array.from({ length: heads }, (_, i) => i) : set.heads;
    byLayer.set(set.layer, new Set([...(byLayer.get(set.layer) ?? []), ...listed]));
  }
  const own = byLayer.get(layer) ?? new Set<number>();
  if (!own.delete(head)) own.add(head);
  byLayer.set(layer, own);
  return [...byLayer]
    .filter(([, chosen]) => chosen.size > 0)
    .sort(([a], [b]) => a - b)
    .map(([at, chosen]) => ({ layer: at, heads: [...chosen].sort((a, b) => a - b) }));
}

/**
 * The mean over the sets' heads, all alike (METHOD §1), `[H*W]`; null when one of them is not among the maps. Maps are
 * float16 here, so the last digit can differ from what labelling gives.
 */
export function meanOf(maps: HeadMaps, sets: readonly HeadSet[]): Float64Array | null {
  const cells = maps.grid[0] * maps.grid[1];
  const sum = new Float64Array(cells);
  let count = 0;
  for (const { layer, heads } of sets) {
    for (const head of heads === 'all' ? Array.from({ length: maps.heads }, (_, i) => i) : heads) {
      const index = indexOf(maps, layer, head);
      if (index === null) return null;
      mapAt(maps, index).forEach((bits, i) => (sum[i]! += fromFloat16(bits)));
      count++;
    }
  }
  return count === 0 ? null : sum.map((value) => value / count);
}

/** A head with what it scored over some samples, and how sure that is. */
export interface RankedHead {
  readonly layer: number;
  readonly head: number;
  readonly auc: number;
  readonly standardError: number | null;
}

/** Heads with a score, the best first; equals as in the model. */
export function ranked({ layers, heads, auc, standardError }: Ranking): RankedHead[] {
  return auc
    .flatMap((mean, index) =>
      mean === null
        ? []
        : [{ ...headAt({ layers, heads }, index), auc: mean, standardError: standardError[index] ?? null }],
    )
    .sort((a, b) => b.auc - a.auc || a.index - b.index)
    .map(({ layer, head, auc, standardError }) => ({ layer, head, auc, standardError }));
}

/** The part of a ranking that orders heads. */
interface Ranking {
  readonly layers: readonly number[];
  readonly heads: number;
  readonly auc: readonly (number | null)[];
  readonly standardError: readonly (number | null)[];
}

/** The first `count` of them as sets, layers and heads ascending. */
export function setsOfBest(best: readonly RankedHead[], count: number, heads: number): HeadSet[] {
  return best
    .slice(0, count)
    .reduce<HeadSet[]>((sets, { layer, head }) => toggled(sets, layer, head, heads), []);
}
