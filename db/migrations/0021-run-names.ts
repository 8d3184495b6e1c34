/**
 * A run can be given a name, and be removed. The row of a removed one stays: its number is never another run's, and jobs that worked
 * on it say so still; labelling the same way again takes it up.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 21,
  slug: 'run-names',
  sql: `
ALTER TABLE run ADD COLUMN name TEXT;
ALTER TABLE run ADD COLUMN removed_at TEXT;
`,
};
