/**
 * Samples can be removed. Revisions of a sample that is being removed go with it, and no others: the table that says which is
 * empty but within that one transaction. What was decided stays in the journal.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 10,
  slug: 'removal',
  sql: `
CREATE TABLE being_removed (sample_id INTEGER PRIMARY KEY) STRICT;
DROP TRIGGER review_is_append_only_delete;
CREATE TRIGGER review_is_append_only_delete BEFORE DELETE ON review
WHEN OLD.sample_id NOT IN (SELECT sample_id FROM being_removed)
BEGIN SELECT RAISE(ABORT, 'reviews are append-only'); END;
CREATE INDEX sample_state_review ON sample_state (review_id) WHERE review_id IS NOT NULL;
`,
};
