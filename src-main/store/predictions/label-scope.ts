/** What a labelling run would be about, in numbers: who decided, what is shown, how long this model took before. */
import { type ReadableDb, read } from '../db.ts';
import { FORMER_ANSWER } from './prediction.ts';
import { type SampleScope, scopeSql } from '../samples/scope.ts';

export interface ScopeCounts {
  readonly samples: number;
  /** Of these decided by a person. */
  readonly decided: number;
  /** Undecided ones by the run whose label they show. */
  readonly showing: readonly { readonly runId: number; readonly samples: number }[];
}

export function countInScope(db: ReadableDb, scope: SampleScope): ScopeCounts {
  const { sql, params } = scopeSql(db, scope);
  const rows = read<{ runId: number | null; samples: number; decided: number }>(
    db,
    `SELECT p.run_id AS runId, COUNT(*) AS samples, COUNT(t.review_id) AS decided
     FROM sample_state t LEFT JOIN prediction p ON p.id = t.prediction_id WHERE ${sql} GROUP BY p.run_id`,
  ).all(...params);
  const sum = (of: 'samples' | 'decided') => rows.reduce((total, row) => total + row[of], 0);
  return {
    samples: sum('samples'),
    decided: sum('decided'),
    showing: rows.flatMap(({ runId, samples, decided }) =>
      runId === null || samples === decided ? [] : [{ runId, samples: samples - decided }],
    ),
  };
}

/** Undecided samples of the scope that have a label of one of these runs, maps and all. */
export function countReady(db: ReadableDb, scope: SampleScope, runIds: readonly number[]): number {
  const { sql, params } = scopeSql(db, scope);
  return read<{ n: number }>(
    db,
    `SELECT COUNT(*) AS n FROM sample_state t WHERE t.review_id IS NULL AND ${sql} AND ${HAS_LABEL}`,
  ).get(...params, JSON.stringify(runIds))!.n;
}

/** Undecided samples of the scope without a reference answer and without such a label. */
export function countWithoutAnswer(db: ReadableDb, scope: SampleScope, runIds: readonly number[]): number {
  const { sql, params } = scopeSql(db, scope);
  return read<{ n: number }>(
    db,
    `SELECT COUNT(*) AS n FROM sample_state t JOIN sample s ON s.id = t.sample_id
     WHERE t.review_id IS NULL AND s.reference_answer IS NULL AND ${sql} AND NOT ${HAS_LABEL}`,
  ).get(...params, JSON.stringify(runIds))!.n;
}

const HAS_LABEL = `EXISTS (
  SELECT 1 FROM prediction p JOIN maps.map_set m ON m.key = p.maps_key JOIN run r ON r.id = p.run_id
  JOIN sample s ON s.id = p.sample_id
  WHERE p.sample_id = t.sample_id AND p.run_id IN (SELECT value FROM json_each(?)) AND NOT ${FORMER_ANSWER})`;

/** So many of a run's predictions say how long one takes. */
const MEASURED = 200;

/**
 * Mean seconds one sample took under these runs (the newest of them that has any), relabelled ones left out; null: none did.
 */
export function measuredPace(
  db: ReadableDb,
  runIds: readonly number[],
): { readonly secondsPerSample: number; readonly samples: number; readonly device: string | null } | null {
  for (const runId of [...runIds].sort((a, b) => b - a)) {
    const found = read<{ ms: number | null; samples: number; device: string | null }>(
      db,
      `SELECT AVG(json_extract(timings, '$.total')) AS ms, COUNT(*) AS samples, MAX(device) AS device FROM (
         SELECT timings, device FROM prediction WHERE run_id = ? AND json_extract(timings, '$.relabel') IS NULL
         ORDER BY sample_id DESC LIMIT ${MEASURED})`,
    ).get(runId)!;
    if (found.ms !== null) {
      return { secondsPerSample: found.ms / 1000, samples: found.samples, device: found.device };
    }
  }
  return null;
}
