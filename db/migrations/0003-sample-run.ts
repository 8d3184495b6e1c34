/** A recipe can be applied to part of a project: those samples show a run of their own instead of the active one. */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 3,
  slug: 'sample-run',
  sql: `
CREATE TABLE sample_run (
  sample_id INTEGER PRIMARY KEY REFERENCES sample(id),
  run_id INTEGER NOT NULL REFERENCES run(id)
) STRICT;
CREATE INDEX sample_run_run ON sample_run (run_id);
`,
};
