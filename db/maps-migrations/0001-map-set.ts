/**
 * The first schema of `maps.db`: one row of float16 blobs per prediction. Keys are random, not counted, so that a
 * recreated file can never hand the maps of one prediction to another.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 1,
  slug: 'map-set',
  sql: `
CREATE TABLE map_set (
  key INTEGER PRIMARY KEY,
  grid_rows INTEGER NOT NULL,
  grid_cols INTEGER NOT NULL,
  grounding BLOB CHECK (length(grounding) = 2 * grid_rows * grid_cols),
  sink BLOB CHECK (length(sink) = 2 * grid_rows * grid_cols),
  question BLOB CHECK (length(question) = 2 * grid_rows * grid_cols),
  denoised BLOB CHECK (length(denoised) = 2 * grid_rows * grid_cols),
  rpn BLOB CHECK (length(rpn) = 2 * grid_rows * grid_cols)
) STRICT;
`,
};
