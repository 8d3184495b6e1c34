/**
 * Which picture a label was made on. A picture's file may be replaced: each content is a version, and a prediction names
 * the one it saw. Where links of a folder lead is recorded, so that nobody leads them elsewhere unseen.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 7,
  slug: 'pictures',
  sql: `
ALTER TABLE image ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE image ADD COLUMN sha256 BLOB CHECK (length(sha256) = 32);
ALTER TABLE prediction ADD COLUMN picture_version INTEGER NOT NULL DEFAULT 1;
CREATE TABLE picture_version (
  image_id INTEGER NOT NULL REFERENCES image(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  mtime_ms INTEGER NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  sha256 BLOB,
  ended_at TEXT NOT NULL,
  PRIMARY KEY (image_id, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE picture_problem (
  image_id INTEGER PRIMARY KEY REFERENCES image(id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('missing', 'unreadable')),
  reason TEXT NOT NULL,
  found_at TEXT NOT NULL
) STRICT;
CREATE TABLE picture_kept (
  prediction_id INTEGER PRIMARY KEY REFERENCES prediction(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
ALTER TABLE root ADD COLUMN resolved TEXT;
CREATE TABLE root_link (
  root_id INTEGER NOT NULL REFERENCES root(id) ON DELETE CASCADE,
  folder TEXT NOT NULL,
  PRIMARY KEY (root_id, folder)
) STRICT, WITHOUT ROWID;
`,
};
