/** The samples of a filter with their picture, state and one of their numbers, for whoever draws them all. */
import type { SampleState } from '../../../src-shared/contract/domain.ts';
import type { Measure, SampleFilter } from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, read } from '../db.ts';
import { MEASURES, whereSql } from './where.ts';

export interface PlacedSample {
  readonly id: number;
  readonly imageId: number;
  readonly state: SampleState;
  /** Null: it has no such number, or none was asked for. */
  readonly value: number | null;
}

/** By number of the sample. Goes through all of them: for threads. */
export function placedSamples(db: ReadableDb, filter: SampleFilter, measure: Measure | null): PlacedSample[] {
  const { sql, params } = whereSql(db, filter);
  const value = measure === null ? 'NULL' : `t.${MEASURES[measure]}`;
  return read<PlacedSample>(
    db,
    `SELECT t.sample_id AS id, s.image_id AS imageId, t.state, ${value} AS value
     FROM sample_state t JOIN sample s ON s.id = t.sample_id WHERE ${sql} ORDER BY t.sample_id`,
  ).all(...params);
}
