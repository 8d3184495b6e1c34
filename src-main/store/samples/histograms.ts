/**
 * How numbers are distributed over what a filter lets through, for the controls that narrow it by them. One pass for all
 * of them: six groupings take twice as long, and where SQLite takes the index of a range, ten times.
 */
import { HISTOGRAM_BARS, measureSchema } from '../../../src-shared/contract/procedures.ts';
import type { Measure, SampleFilter } from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, read } from '../db.ts';
import { MEASURES, whereSql } from './where.ts';

/** A bar's number fits into so many values, with one for "none". */
const PLACES = 64;

/**
 * Samples in each bar of a number, `[HISTOGRAM_BARS]` of equal width from 0 to 1, the last one with its end. Each number is
 * counted without its own range, as a choice of a facet is: what another range would show.
 */
export function histograms(db: ReadableDb, filter: SampleFilter): Record<Measure, number[]> {
  const found = Object.fromEntries(
    measureSchema.options.map((measure) => [measure, new Array<number>(HISTOGRAM_BARS).fill(0)]),
  ) as Record<Measure, number[]>;
  const free = measureSchema.options.filter((measure) => !filter.ranges[measure]);
  count(db, filter, free, found);
  for (const measure of measureSchema.options) {
    const { [measure]: range, ...ranges } = filter.ranges;
    if (range) count(db, { ...filter, ranges }, [measure], found);
  }
  return found;
}

/** Adds what the filter lets through to the bars of some numbers. */
function count(
  db: ReadableDb,
  filter: SampleFilter,
  measures: readonly Measure[],
  into: Record<Measure, number[]>,
): void {
  if (measures.length === 0) return;
  const { sql, params } = whereSql(db, filter);
  // All bars of a row in one number: digits to the base of PLACES, the first number's last.
  const packed = measures
    .map((measure) => {
      const value = `t.${MEASURES[measure]}`;
      return `COALESCE(MIN(CAST(${value} * ${HISTOGRAM_BARS} AS INTEGER), ${HISTOGRAM_BARS - 1}), ${HISTOGRAM_BARS})`;
    })
    .reduceRight((rest, bar) => (rest === '' ? bar : `(${rest}) * ${PLACES} + ${bar}`), '');
  const rows = read<{ packed: number }>(
    db,
    `SELECT ${packed} AS packed FROM sample_state t NOT INDEXED WHERE ${sql}`,
  ).all(...params);
  for (const row of rows) {
    let rest = row.packed;
    for (const measure of measures) {
      const bar = rest % PLACES;
      rest = Math.floor(rest / PLACES);
      if (bar < HISTOGRAM_BARS) into[measure][bar]!++;
    }
  }
}
