/**
 * What a person asked of a job that is under way besides ending it: to rest until it is asked to go on (`pause`), or to end with
 * what it has (`finish`). And how the teacher does on the held-out samples of a training run: its level in the plots.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 13,
  slug: 'job-asked',
  sql: `
ALTER TABLE job ADD COLUMN asked TEXT CHECK (asked IN ('pause', 'finish'));
ALTER TABLE training_run ADD COLUMN teacher TEXT;
`,
};
