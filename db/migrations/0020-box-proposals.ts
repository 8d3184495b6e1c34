/**
 * Boxes that others proposed (a detector, another model), by the name of who did: neither truth nor label. A source is on show once
 * all of its file is in (`complete`); until then, and after a newer file took its place, its rows are nobody's.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 20,
  slug: 'box-proposals',
  sql: `
CREATE TABLE proposal_source (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  file TEXT NOT NULL,
  complete INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1)),
  imported_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX proposal_source_name ON proposal_source (name) WHERE complete = 1;
CREATE TABLE proposal (
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  source_id INTEGER NOT NULL REFERENCES proposal_source(id),
  boxes TEXT NOT NULL,
  scores TEXT,
  PRIMARY KEY (sample_id, source_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX proposal_source_sample ON proposal (source_id);
`,
};
