/**
 * Training: versions of the RPN with their lineage, the runs that made them with the frozen list of what they learned from,
 * and what pictures look like, so that the held-out part shares none with the rest. Rows of a list name samples by number
 * and labels by hash: they stay when a sample is removed, for what a version was trained on does not change by that.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 12,
  slug: 'training',
  sql: `
CREATE TABLE rpn (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL CHECK (source IN ('trained', 'imported', 'model')),
  parent_id INTEGER REFERENCES rpn(id),
  base_fingerprint TEXT NOT NULL,
  layer INTEGER NOT NULL,
  depth INTEGER NOT NULL,
  config TEXT NOT NULL,
  weights_sha256 BLOB NOT NULL CHECK (length(weights_sha256) = 32),
  metrics TEXT,
  folder TEXT,
  created_at TEXT NOT NULL,
  CHECK ((source = 'model') = (folder IS NULL))
) STRICT;
CREATE INDEX rpn_parent ON rpn (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX rpn_base ON rpn (base_fingerprint);
CREATE TABLE rpn_activation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  base_fingerprint TEXT NOT NULL,
  rpn_id INTEGER REFERENCES rpn(id),
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX rpn_activation_base ON rpn_activation (base_fingerprint, id);
CREATE INDEX rpn_activation_rpn ON rpn_activation (rpn_id) WHERE rpn_id IS NOT NULL;
CREATE TABLE training_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER REFERENCES job(id),
  parent_rpn_id INTEGER REFERENCES rpn(id),
  rpn_id INTEGER REFERENCES rpn(id),
  base_fingerprint TEXT NOT NULL,
  data TEXT NOT NULL,
  settings TEXT NOT NULL,
  seed INTEGER NOT NULL,
  environment TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('preparing', 'running', 'paused', 'done', 'failed', 'cancelled')),
  step INTEGER NOT NULL DEFAULT 0,
  best_step INTEGER,
  counts TEXT,
  data_sha256 BLOB CHECK (length(data_sha256) = 32),
  metrics TEXT,
  message TEXT,
  created_at TEXT NOT NULL,
  ended_at TEXT
) STRICT;
CREATE INDEX training_run_job ON training_run (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX training_run_parent ON training_run (parent_rpn_id) WHERE parent_rpn_id IS NOT NULL;
CREATE UNIQUE INDEX training_run_rpn ON training_run (rpn_id) WHERE rpn_id IS NOT NULL;
CREATE TABLE training_sample (
  training_run_id INTEGER NOT NULL REFERENCES training_run(id),
  sample_id INTEGER NOT NULL,
  part TEXT NOT NULL CHECK (part IN ('train', 'held_out')),
  kind TEXT NOT NULL CHECK (kind IN ('accepted', 'corrected', 'pseudo')),
  picture_group INTEGER NOT NULL,
  prediction_id INTEGER NOT NULL,
  review_id INTEGER,
  label_sha256 BLOB NOT NULL CHECK (length(label_sha256) = 32),
  weight REAL NOT NULL CHECK (weight > 0),
  PRIMARY KEY (training_run_id, sample_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE training_point (
  training_run_id INTEGER NOT NULL REFERENCES training_run(id),
  step INTEGER NOT NULL,
  loss REAL,
  learning_rate REAL,
  gradient_norm REAL,
  held_out TEXT,
  seconds REAL NOT NULL,
  PRIMARY KEY (training_run_id, step)
) STRICT, WITHOUT ROWID;
CREATE TABLE picture_hash (
  image_id INTEGER NOT NULL REFERENCES image(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 8),
  PRIMARY KEY (image_id, version)
) STRICT, WITHOUT ROWID;
`,
};
