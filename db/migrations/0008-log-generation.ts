/** Which write-ahead log belongs to the database: each log says what the database said when the log was begun. */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 8,
  slug: 'log-generation',
  sql: `
CREATE TABLE log_generation (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  now BLOB NOT NULL,
  before BLOB NOT NULL
) STRICT;
INSERT INTO log_generation (id, now, before) VALUES (1, randomblob(16), randomblob(16));
`,
};
