/**
 * What a person steers jobs by: which waits in front of the others (`front`, the larger the sooner), when one was taken up first, which
 * job's failed samples one tries again, how fast it is wherever it runs, and what its host last knew of the workers of a shared queue.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 14,
  slug: 'job-order',
  sql: `
ALTER TABLE job ADD COLUMN front INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN started_at TEXT;
ALTER TABLE job ADD COLUMN retry_of INTEGER REFERENCES job(id);
ALTER TABLE job ADD COLUMN pace REAL;
ALTER TABLE job ADD COLUMN workers TEXT;
CREATE INDEX job_retry_of ON job (retry_of);
`,
};
