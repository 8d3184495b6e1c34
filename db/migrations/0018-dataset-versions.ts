/**
 * Versions of the data set: frozen lists of samples, each with a line that says what it was then. A list outlives its samples, which
 * may be removed: so nothing here refers to them, and a line is never changed.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 18,
  slug: 'dataset-versions',
  sql: `
CREATE TABLE dataset_version (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  card TEXT NOT NULL,
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE dataset_sample (
  version_id INTEGER NOT NULL REFERENCES dataset_version(id),
  sample_id INTEGER NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (version_id, sample_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER dataset_sample_is_frozen BEFORE UPDATE ON dataset_sample
BEGIN SELECT RAISE(ABORT, 'a frozen data set does not change'); END;
`,
};
