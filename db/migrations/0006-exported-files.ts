/** Which files Fovea has written for people, so that an export replaces its own and nobody else's. */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 6,
  slug: 'exported-files',
  sql: `
CREATE TABLE exported_file (
  path TEXT PRIMARY KEY,
  format TEXT NOT NULL,
  samples INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  mtime_ms INTEGER NOT NULL,
  exported_at TEXT NOT NULL
) STRICT;
`,
};
