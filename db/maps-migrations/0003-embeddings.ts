/**
 * Embeddings of pictures (`src-shared/kernels/embeddings`) by the content of their file, one for each way of encoding it, and what
 * the last search for near-duplicates found. All of it is computed again where it is lost.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 3,
  slug: 'embeddings',
  sql: `
CREATE TABLE encoder (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  fingerprint TEXT NOT NULL UNIQUE CHECK (length(fingerprint) = 64),
  model TEXT NOT NULL
) STRICT;
CREATE TABLE embedding (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  encoder_id INTEGER NOT NULL REFERENCES encoder(id) ON DELETE CASCADE,
  content BLOB NOT NULL CHECK (length(content) = 32),
  scale REAL NOT NULL CHECK (scale > 0),
  data BLOB NOT NULL CHECK (length(data) = 128),
  UNIQUE (encoder_id, content)
) STRICT;
CREATE TABLE near_duplicate (
  image_id INTEGER PRIMARY KEY,
  content BLOB NOT NULL CHECK (length(content) = 32),
  group_number INTEGER NOT NULL CHECK (group_number > 0)
) STRICT;
`,
};
