/** How well one map finds what is known, in four ways; cells that the label leaves open count for none. */
import { BG, FG, type Labels } from '../types.ts';

export interface MapMeasures {
  /** Area under the ROC curve of cells, ties counted half. */
  readonly auc: number;
  /** Pointing game: 1 where the largest cell is foreground; of several largest ones the share that is. */
  readonly pointing: number;
  /** Attention coverage: share of the map's sum that lies on the foreground. */
  readonly coverage: number;
  /** Intersection over union of foreground and the cells above the threshold that is best for this map. */
  readonly bestIou: number;
}

/** Null with one class only, for a map of zeros, and for one that is no attention (negative, infinite or no number). */
export function measureMap(map: Float32Array, labels: Labels): MapMeasures | null {
  const parts = split(map, labels);
  if (!parts) return null;
  const { fg, bg } = parts;
  const [onFg, onBg] = [sum(fg), sum(bg)];
  if (!(onFg + onBg > 0)) return null;
  return {
    auc: auc(fg, bg),
    pointing: pointing(fg, bg),
    coverage: onFg / (onFg + onBg),
    bestIou: bestIou(fg, bg),
  };
}

/** The first of the measures alone; null as there, but a map of zeros is ½. */
export function mapAuc(map: Float32Array, labels: Labels): number | null {
  const parts = split(map, labels);
  return parts && auc(parts.fg, parts.bg);
}

interface Parts {
  /** Values of either class, ascending. */
  readonly fg: Float32Array;
  readonly bg: Float32Array;
}

/** Throws RangeError on unequal lengths. */
function split(map: Float32Array, labels: Labels): Parts | null {
  if (map.length !== labels.length) throw new RangeError('map and label must have the same length');
  const fg = new Float32Array(map.length);
  const bg = new Float32Array(map.length);
  let [fgCount, bgCount] = [0, 0];
  for (let i = 0; i < map.length; i++) {
    const value = map[i]!;
    if (labels[i] !== FG && labels[i] !== BG) continue;
    if (!(value >= 0 && value < Infinity)) return null;
    if (labels[i] === FG) fg[fgCount++] = value;
    else bg[bgCount++] = value;
  }
  if (fgCount === 0 || bgCount === 0) return null;
  return { fg: fg.subarray(0, fgCount).sort(), bg: bg.subarray(0, bgCount).sort() };
}

/** How many pairs of a true and a false cell are in order, walking both up together. */
function auc(fg: Float32Array, bg: Float32Array): number {
  let [below, upTo, wins] = [0, 0, 0];
  for (const value of fg) {
    while (below < bg.length && bg[below]! < value) below++;
    while (upTo < bg.length && bg[upTo]! <= value) upTo++;
    wins += (below + upTo) / 2;
  }
  return wins / (fg.length * bg.length);
}

function pointing(fg: Float32Array, bg: Float32Array): number {
  const most = Math.max(fg.at(-1)!, bg.at(-1)!);
  const [onFg, onBg] = [countFrom(fg, most), countFrom(bg, most)];
  return onFg / (onFg + onBg);
}

function countFrom(ascending: Float32Array, value: number): number {
  let count = 0;
  while (count < ascending.length && ascending[ascending.length - 1 - count]! >= value) count++;
  return count;
}

function bestIou(fg: Float32Array, bg: Float32Array): number {
  let best = 0;
  let wrong = bg.length;
  // A threshold just below each true cell's value: any other one takes in more false cells for no true one.
  for (let i = 0; i < fg.length; i++) {
    if (i > 0 && fg[i] === fg[i - 1]) continue;
    while (wrong > 0 && bg[bg.length - wrong]! < fg[i]!) wrong--;
    best = Math.max(best, (fg.length - i) / (fg.length + wrong));
  }
  return best;
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}
