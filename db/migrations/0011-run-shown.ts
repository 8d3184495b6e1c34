/** What a sample showed before a run's label took its place, so that a labelling run can be taken back. */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 11,
  slug: 'run-shown',
  sql: `
CREATE TABLE run_shown (
  run_id INTEGER NOT NULL REFERENCES run(id),
  sample_id INTEGER NOT NULL REFERENCES sample(id) ON DELETE CASCADE,
  before_run_id INTEGER REFERENCES run(id),
  taken_back INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (run_id, sample_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_shown_sample ON run_shown (sample_id, before_run_id);
`,
};
