/**
 * Every map with its own grid and image→grid transform (METHOD §1): one row per map instead of one per prediction.
 * `transform` is NULL in maps that are older than this: theirs is the prediction's, in `project.db`.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 2,
  slug: 'placed-maps',
  sql: `
ALTER TABLE map_set RENAME TO map_set_1;
CREATE TABLE map_set (key INTEGER PRIMARY KEY) STRICT;
CREATE TABLE map (
  key INTEGER NOT NULL REFERENCES map_set(key) ON DELETE CASCADE,
  name TEXT NOT NULL CHECK (name IN ('grounding', 'sink', 'question', 'denoised', 'rpn')),
  grid_rows INTEGER NOT NULL CHECK (grid_rows > 0),
  grid_cols INTEGER NOT NULL CHECK (grid_cols > 0),
  transform TEXT,
  data BLOB NOT NULL CHECK (length(data) = 2 * grid_rows * grid_cols),
  UNIQUE (key, name)
) STRICT;
INSERT INTO map_set SELECT key FROM map_set_1;
INSERT INTO map SELECT key, 'grounding', grid_rows, grid_cols, NULL, grounding FROM map_set_1 WHERE grounding NOT NULL;
INSERT INTO map SELECT key, 'sink', grid_rows, grid_cols, NULL, sink FROM map_set_1 WHERE sink NOT NULL;
INSERT INTO map SELECT key, 'question', grid_rows, grid_cols, NULL, question FROM map_set_1 WHERE question NOT NULL;
INSERT INTO map SELECT key, 'denoised', grid_rows, grid_cols, NULL, denoised FROM map_set_1 WHERE denoised NOT NULL;
INSERT INTO map SELECT key, 'rpn', grid_rows, grid_cols, NULL, rpn FROM map_set_1 WHERE rpn NOT NULL;
DROP TABLE map_set_1;
`,
};
