/**
 * How scores are distributed. Each bar is one range of an index, so that no sample is read and the edges are compared
 * exactly as a filter compares them.
 */
import {
  HISTOGRAM_EDGES,
  PLACE_EDGES,
  type DashboardShapes,
  type HistogramMeasure,
} from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, read } from '../db.ts';
import { MEASURES } from '../samples/where.ts';

export function dashboardShapes(db: ReadableDb): DashboardShapes {
  return {
    histograms: {
      disagreement: histogram(db, 'disagreement'),
      iou: histogram(db, 'iou'),
      roiSize: histogram(db, 'roiSize'),
    },
    places: places(db),
  };
}

function histogram(db: ReadableDb, measure: HistogramMeasure): number[] {
  const column = MEASURES[measure];
  const count = read<{ n: number }>(
    db,
    `SELECT COUNT(*) AS n FROM sample_state WHERE ${column} >= ? AND ${column} < ?`,
  );
  return ranges(HISTOGRAM_EDGES[measure]).map((range) => count.get(...range)!.n);
}

/** A column of the picture is a range of the index; within it, samples from each upper edge down are counted. */
function places(db: ReadableDb): number[] {
  const size = PLACE_EDGES.length - 1;
  const from = PLACE_EDGES.slice(0, -1);
  const sums = from.map((_, i) => `COALESCE(SUM(roi_y >= ?), 0) AS n${i}`).join(', ');
  const count = read<Record<string, number>>(
    db,
    `SELECT ${sums} FROM sample_state WHERE roi_x >= ? AND roi_x < ?`,
  );
  const found = new Array<number>(size * size).fill(0);
  for (const [x, range] of ranges(PLACE_EDGES).entries()) {
    const row = count.get(...from, ...range)!;
    for (let y = 0; y < size; y++) found[y * size + x] = row[`n${y}`]! - (row[`n${y + 1}`] ?? 0);
  }
  return found;
}

function ranges(edges: readonly number[]): [low: number, high: number][] {
  return edges.slice(1).map((high, i) => [edges[i]!, high]);
}
