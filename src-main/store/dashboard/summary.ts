/** The project at a glance: counts by state, languages, splits, runs. */
import type { ProjectSummary, SampleState } from '../../../src-shared/contract/domain.ts';
import { type ReadableDb, read, whySealed } from '../db.ts';
import { activeRunId, listRuns } from '../runs/run.ts';
import { NAME_CHARACTERS } from '../shown-text.ts';

export function projectSummary(db: ReadableDb, path: string): ProjectSummary {
  const byState: Record<SampleState, number> = {
    unlabelled: 0,
    pending: 0,
    accepted: 0,
    corrected: 0,
    rejected: 0,
  };
  let samples = 0;
  let dropped = 0;
  const groups = read<{ state: SampleState; dropped: number; n: number }>(
    db,
    'SELECT state, dropped, COUNT(*) AS n FROM sample_state GROUP BY state, dropped',
  ).all();
  for (const group of groups) {
    byState[group.state] += group.n;
    samples += group.n;
    if (group.dropped) dropped += group.n;
  }
  return {
    id: projectId(db),
    path,
    name: projectName(db),
    images: read<{ n: number }>(db, 'SELECT COUNT(*) AS n FROM image').get()!.n,
    samples,
    byState,
    dropped,
    languages: distinct(db, 'sample_state', 'language'),
    splits: distinct(db, 'sample', 'split'),
    runs: listRuns(db),
    activeRunId: activeRunId(db),
    readOnly: whySealed(db)?.toWire() ?? null,
  };
}

export function projectName(db: ReadableDb): string {
  return read<{ name: string }>(db, 'SELECT name FROM project').get()!.name;
}

/** When it was made, to the millisecond: a project keeps it wherever it is moved, and so does its copy. */
export function projectId(db: ReadableDb): string {
  return read<{ at: string }>(db, 'SELECT created_at AS at FROM project').get()!.at;
}

/** Values of an indexed column, each found by the one before: samples are many and languages few. */
function distinct(db: ReadableDb, table: string, column: 'language' | 'split'): string[] {
  const rows = read<{ value: string }>(
    db,
    `WITH RECURSIVE found (value) AS (
       SELECT MIN(${column}) FROM ${table}
       UNION ALL SELECT (SELECT MIN(${column}) FROM ${table} WHERE ${column} > value) FROM found WHERE value IS NOT NULL)
     SELECT value FROM found WHERE length(value) <= ${NAME_CHARACTERS}`,
  ).all();
  return rows.map((row) => row.value);
}
