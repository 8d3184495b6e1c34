/**
 * Compared samples as one table of numbers, which threads hand over without a copy, and the orders of who wins where. A million
 * samples take 80 MB.
 */
import {
  COMPARED_MEASURES,
  type Agreement,
  type ComparedMeasure,
} from '../../../src-shared/contract/training.ts';
import type { ComparedSample } from './compare.ts';

/** Columns of a row: sample, both predictions, held out (1), numbers of A, numbers of B; NaN: none. */
const COLUMNS = 10;
const OF_A = 4;
const OF_B = 7;

/** Rows of the table, those with the largest difference A − B first; samples without the number are not in it. */
export type ComparedOrders = Readonly<Record<ComparedMeasure, Uint32Array<ArrayBuffer>>>;

/** @returns `[samples × 10]`, row-major */
export function packed(samples: readonly ComparedSample[]): Float64Array<ArrayBuffer> {
  const table = new Float64Array(samples.length * COLUMNS);
  samples.forEach(({ sampleId, predictions, heldOut, a, b }, row) => {
    const numbers = [a, b].flatMap((side) => COMPARED_MEASURES.map((name) => side[name] ?? NaN));
    table.set([sampleId, ...predictions, heldOut ? 1 : 0, ...numbers], row * COLUMNS);
  });
  return table;
}

export function unpacked(table: Float64Array, row: number): ComparedSample {
  const at = row * COLUMNS;
  const side = (from: number): Agreement => {
    const [auc, iou, boxRecall] = COMPARED_MEASURES.map((_, n) => {
      const value = table[at + from + n]!;
      return Number.isNaN(value) ? null : value;
    });
    return { auc: auc!, iou: iou!, boxRecall: boxRecall! };
  };
  return {
    sampleId: table[at]!,
    predictions: [table[at + 1]!, table[at + 2]!],
    heldOut: table[at + 3] === 1,
    a: side(OF_A),
    b: side(OF_B),
  };
}

export function sampleOf(table: Float64Array, row: number): number {
  return table[row * COLUMNS]!;
}

/** A − B of a row; NaN where one of them has no number. */
export function differenceOf(table: Float64Array, row: number, name: ComparedMeasure): number {
  const n = COMPARED_MEASURES.indexOf(name);
  return table[row * COLUMNS + OF_A + n]! - table[row * COLUMNS + OF_B + n]!;
}

export function ordersOf(table: Float64Array): ComparedOrders {
  const rows = Uint32Array.from({ length: table.length / COLUMNS }, (_, row) => row);
  const order = (name: ComparedMeasure): Uint32Array<ArrayBuffer> => {
    const difference = Float64Array.from(rows, (row) => differenceOf(table, row, name));
    return rows
      .filter((row) => !Number.isNaN(difference[row]!))
      .sort((x, y) => difference[y]! - difference[x]! || x - y);
  };
  return { auc: order('auc'), iou: order('iou'), boxRecall: order('boxRecall') };
}
