/** Where a method looked, in numbers: of its map, and of what it cropped. */
import { NO_LOCALISATION, type Localisation } from '../../../src-shared/contract/evaluation.ts';
import type { PlacedMap } from '../../../src-shared/contract/outcome.ts';
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { readOn } from '../../../src-shared/kernels/measures/difference.ts';
import { boxRecall, labelAuc } from '../../../src-shared/kernels/measures/label-agreement.ts';
import { coverage, pointing, recallAt } from '../../../src-shared/kernels/measures/localisation.ts';
import { iou } from '../../../src-shared/kernels/measures/metrics.ts';
import { sigmoid } from '../../../src-shared/kernels/sigmoid.ts';
import { sourceBoxToCells } from '../../../src-shared/kernels/transform.ts';
import { BG, FG, type Grid, type GridTransform, type SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { around, type Known } from './known.ts';

/** Of all cells: those that a map is taken at its word for. */
const BUDGET = 0.1;
/** Crops of methods without a map are measured on squares of this many cells a side. */
const FINE = 64;

export interface Looked {
  /** Null: the method has none. */
  readonly map: PlacedMap | null;
  /** RPN logits are probabilities once a sigmoid is taken of them. */
  readonly logits: boolean;
  /** In source pixels; empty: nothing was cropped. */
  readonly crops: readonly SourceXyxy[];
  /** It looked for something to crop, and found nothing: a box that misses all. */
  readonly foundNone: boolean;
  /** Of the picture, [width, height]. */
  readonly size: readonly [width: number, height: number];
}

export function localise(looked: Looked, known: Known | null): Localisation {
  const { map, logits, crops, size, foundNone } = looked;
  const area = foundNone ? 0 : crops.length === 0 ? null : areaOf(crops, size);
  if (!known) return { ...NO_LOCALISATION, area };
  const cropped = foundNone ? { iou: 0, inside: 0 } : ofCrops(crops, size, known);
  return { ...(map ? ofMap(map, logits, known) : NO_LOCALISATION), ...cropped, area };
}

function ofMap(map: PlacedMap, logits: boolean, known: Known): Localisation {
  const { grid, transform } = map;
  const { labels, grid: on, transform: placed } = known.target(grid, transform);
  const values = readOn({ values: decodeFloat16(map.bits), grid, transform }, on, placed);
  const scores: number[] = [];
  const truth: number[] = [];
  labels.forEach((label, i) => {
    if (label !== FG && label !== BG) return;
    const value = values[i]!;
    scores.push(Number.isNaN(value) ? -Infinity : value);
    truth.push(label === FG ? 1 : 0);
  });
  const probable = logits ? Array.from(sigmoid(Float32Array.from(scores))) : scores;
  return {
    ...NO_LOCALISATION,
    auc: labelAuc(
      Array.from(values, (value) => (Number.isNaN(value) ? -Infinity : value)),
      labels,
    ),
    pointing: pointing(scores, truth),
    coverage: coverage(probable, truth),
    recall: recallAt(scores, truth, BUDGET),
  };
}

function ofCrops(
  crops: readonly SourceXyxy[],
  [width, height]: readonly [number, number],
  known: Known,
): Pick<Localisation, 'iou' | 'inside'> {
  if (crops.length === 0) return { iou: null, inside: null };
  const grid: Grid = [FINE, FINE];
  const transform: GridTransform = { scaleX: FINE / width, scaleY: FINE / height, offsetX: 0, offsetY: 0 };
  const { labels, grid: on, transform: placed } = known.target(grid, transform);
  const truth = Array.from(labels, (label) => (label === FG ? 1 : 0));
  const cells = crops.map((box) => sourceBoxToCells(placed, box));
  return { iou: iou(around(crops), known.box), inside: boxRecall(cells, truth, on) };
}

/** Of boxes that overlap nothing counts twice: cells of a fine grid whose middle one of them holds. */
function areaOf(crops: readonly SourceXyxy[], [width, height]: readonly [number, number]): number {
  const [only, second] = crops;
  if (only && !second) return Math.min(1, ((only[2] - only[0]) * (only[3] - only[1])) / (width * height));
  let held = 0;
  for (let i = 0; i < FINE * FINE; i++) {
    const [x, y] = [(((i % FINE) + 0.5) * width) / FINE, ((Math.floor(i / FINE) + 0.5) * height) / FINE];
    if (crops.some(([x0, y0, x1, y1]) => x >= x0 && x < x1 && y >= y0 && y < y1)) held++;
  }
  return held / (FINE * FINE);
}
