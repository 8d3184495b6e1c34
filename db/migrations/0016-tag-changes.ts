/**
 * Tags that people add and take away, each change a row that stays. `sample.tags` and `sample_tag` hold what comes of the data's tags
 * and these; what a person said of a tag holds whatever the data says of it later.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 16,
  slug: 'tag-changes',
  sql: `
CREATE TABLE tag_change (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  tag TEXT NOT NULL,
  added INTEGER NOT NULL CHECK (added IN (0, 1)),
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX tag_change_sample ON tag_change (sample_id, tag, id);
CREATE TRIGGER tag_change_is_append_only_update BEFORE UPDATE ON tag_change
BEGIN SELECT RAISE(ABORT, 'changes of tags are append-only'); END;
CREATE TRIGGER tag_change_is_append_only_delete BEFORE DELETE ON tag_change
WHEN OLD.sample_id NOT IN (SELECT sample_id FROM being_removed)
BEGIN SELECT RAISE(ABORT, 'changes of tags are append-only'); END;
`,
};
