/**
 * What an answer took of memory, null where nobody knew; and the table of an evaluation as it was counted when its last answer came, under
 * a mark of all that it was counted from: another mark, and it is counted anew.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 25,
  slug: 'evaluation-costs',
  sql: `
ALTER TABLE evaluation_result ADD COLUMN memory_bytes INTEGER CHECK (memory_bytes >= 0);
CREATE TABLE evaluation_table (
  evaluation_id INTEGER PRIMARY KEY REFERENCES evaluation(id),
  mark TEXT NOT NULL,
  numbers TEXT NOT NULL
) STRICT;
`,
};
