/**
 * Evaluations: what several methods make of the same samples. A row for each (evaluation, sample, method), in the order of pictures, so
 * that what is counted by picture and what is paired by sample is read in one pass; beside it a row for each sample with what it is
 * sliced by, as it was when the evaluation began.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 24,
  slug: 'evaluations',
  sql: `
CREATE TABLE evaluation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER REFERENCES job(id),
  settings TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX evaluation_job ON evaluation (job_id);
CREATE TABLE evaluation_sample (
  evaluation_id INTEGER NOT NULL REFERENCES evaluation(id),
  image_id INTEGER NOT NULL,
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  scorer TEXT NOT NULL,
  language TEXT,
  dataset TEXT,
  tags TEXT NOT NULL,
  size TEXT,
  place TEXT,
  length TEXT,
  PRIMARY KEY (evaluation_id, image_id, sample_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX evaluation_sample_sample ON evaluation_sample (sample_id);
CREATE TABLE evaluation_result (
  evaluation_id INTEGER NOT NULL,
  image_id INTEGER NOT NULL,
  sample_id INTEGER NOT NULL,
  method TEXT NOT NULL,
  error TEXT,
  answer TEXT,
  score REAL,
  variant TEXT,
  crops TEXT NOT NULL,
  auc REAL,
  pointing REAL,
  coverage REAL,
  recall REAL,
  iou REAL,
  inside REAL,
  area REAL,
  load_ms REAL,
  vision_ms REAL,
  prefill_ms REAL,
  decode_ms REAL,
  rpn_ms REAL,
  other_ms REAL,
  visual_tokens INTEGER,
  PRIMARY KEY (evaluation_id, image_id, sample_id, method),
  FOREIGN KEY (evaluation_id, image_id, sample_id) REFERENCES evaluation_sample(evaluation_id, image_id, sample_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX evaluation_result_sample ON evaluation_result (sample_id);
`,
};
