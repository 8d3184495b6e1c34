/** How numbers are distributed over what a filter lets through, for the controls that narrow it by them. */
import { HISTOGRAM_BARS, measureSchema } from '../../../src-shared/contract/procedures.ts';
import type { Measure, SampleFilter } from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, read } from '../db.ts';
import { MEASURES, whereSql } from './where.ts';

/**
 * Samples in each bar of a number, `[HISTOGRAM_BARS]` of equal width from 0 to 1, the last one with its end. Each number is
 * counted without its own range, as a choice of a facet is: what another range would show.
 */
export function histograms(db: ReadableDb, filter: SampleFilter): Record<Measure, number[]> {
  const of = (measure: Measure): [Measure, number[]] => {
    const { [measure]: _, ...ranges } = filter.ranges;
    return [measure, histogram(db, measure, { ...filter, ranges })];
  };
  return Object.fromEntries(measureSchema.options.map(of)) as Record<Measure, number[]>;
}

function histogram(db: ReadableDb, measure: Measure, filter: SampleFilter): number[] {
  const column = MEASURES[measure];
  const { sql, params } = whereSql(db, filter);
  const bars = new Array<number>(HISTOGRAM_BARS).fill(0);
  const rows = read<{ bar: number; samples: number }>(
    db,
    `SELECT MIN(CAST(t.${column} * ${HISTOGRAM_BARS} AS INTEGER), ${HISTOGRAM_BARS - 1}) AS bar, COUNT(*) AS samples
     FROM sample_state t WHERE t.${column} IS NOT NULL AND ${sql} GROUP BY bar`,
  ).all(...params);
  for (const { bar, samples } of rows) bars[bar] = samples;
  return bars;
}
