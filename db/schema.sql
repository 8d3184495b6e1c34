-- project.db, user_version 26
CREATE INDEX answer_verdict_sample ON answer_verdict (sample_id, id);
CREATE INDEX batch_item_place ON batch_item (batch_id, place) WHERE place IS NOT NULL;
CREATE INDEX batch_item_prediction ON batch_item (prediction_id);
CREATE INDEX batch_item_review ON batch_item (review_id) WHERE review_id IS NOT NULL;
CREATE INDEX deal_event_deal ON deal_event (deal_id);
CREATE INDEX dealt_deal ON dealt (deal_id, sample_id);
CREATE INDEX dealt_review ON dealt (review_id) WHERE review_id IS NOT NULL;
CREATE INDEX dealt_reviewer ON dealt (reviewer, sample_id);
CREATE INDEX evaluation_job ON evaluation (job_id);
CREATE INDEX evaluation_result_sample ON evaluation_result (sample_id);
CREATE INDEX evaluation_sample_sample ON evaluation_sample (sample_id);
CREATE INDEX job_item_state ON job_item (job_id, state, sample_id);
CREATE INDEX job_retry_of ON job (retry_of);
CREATE INDEX job_state ON job (state);
CREATE INDEX outside_answer_sample ON outside_answer (sample_id);
CREATE INDEX prediction_sample ON prediction (sample_id);
CREATE UNIQUE INDEX proposal_source_name ON proposal_source (name) WHERE complete = 1;
CREATE INDEX proposal_source_sample ON proposal (source_id);
CREATE INDEX review_batch ON review (batch_id, sample_id) WHERE batch_id IS NOT NULL;
CREATE INDEX review_prediction ON review (prediction_id);
CREATE INDEX review_reviewer ON review (reviewer, id, decision, created_at, sample_id);
CREATE INDEX review_sample ON review (sample_id, id);
CREATE INDEX rpn_activation_base ON rpn_activation (base_fingerprint, id);
CREATE INDEX rpn_activation_rpn ON rpn_activation (rpn_id) WHERE rpn_id IS NOT NULL;
CREATE INDEX rpn_base ON rpn (base_fingerprint);
CREATE INDEX rpn_parent ON rpn (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX run_shown_sample ON run_shown (sample_id, before_run_id);
CREATE INDEX sample_flag_flag ON sample_flag (flag, sample_id);
CREATE INDEX sample_image ON sample (image_id);
CREATE INDEX sample_note_sample ON sample_note (sample_id, id);
CREATE INDEX sample_run_run ON sample_run (run_id);
CREATE INDEX sample_split ON sample (split);
CREATE INDEX sample_state_agreement ON sample_state (agreement) WHERE agreement IS NOT NULL;
CREATE INDEX sample_state_disagreement ON sample_state (disagreement);
CREATE INDEX sample_state_disagreement_down ON sample_state (disagreement DESC) WHERE disagreement IS NOT NULL;
CREATE INDEX sample_state_dropped ON sample_state (drop_rule, drop_value);
CREATE INDEX sample_state_dropped_down ON sample_state (drop_rule DESC, drop_value DESC) WHERE drop_rule IS NOT NULL;
CREATE INDEX sample_state_filter ON sample_state (state, dropped, language, split, sample_id);
CREATE INDEX sample_state_iou ON sample_state (iou) WHERE iou IS NOT NULL;
CREATE INDEX sample_state_language ON sample_state (language);
CREATE INDEX sample_state_language_down ON sample_state (language DESC) WHERE language IS NOT NULL;
CREATE INDEX sample_state_localised ON sample_state (localised) WHERE localised IS NOT NULL;
CREATE INDEX sample_state_outcome ON sample_state (outcome);
CREATE INDEX sample_state_outcome_down ON sample_state (outcome DESC) WHERE outcome IS NOT NULL;
CREATE INDEX sample_state_place ON sample_state (roi_x, roi_y) WHERE roi_x IS NOT NULL;
CREATE INDEX sample_state_prediction ON sample_state (prediction_id) WHERE prediction_id IS NOT NULL;
CREATE INDEX sample_state_rank ON sample_state (
  CASE state WHEN 'unlabelled' THEN 0 WHEN 'pending' THEN 1 WHEN 'accepted' THEN 2 WHEN 'corrected' THEN 3 ELSE 4 END);
CREATE INDEX sample_state_rank_down ON sample_state (
  CASE state WHEN 'unlabelled' THEN 0 WHEN 'pending' THEN 1 WHEN 'accepted' THEN 2 WHEN 'corrected' THEN 3 ELSE 4 END DESC);
CREATE INDEX sample_state_reason ON sample_state (reason) WHERE reason IS NOT NULL;
CREATE INDEX sample_state_review ON sample_state (review_id) WHERE review_id IS NOT NULL;
CREATE INDEX sample_state_reviewed ON sample_state (reviewed_at);
CREATE INDEX sample_state_reviewed_down ON sample_state (reviewed_at DESC) WHERE reviewed_at IS NOT NULL;
CREATE INDEX sample_state_reviewer ON sample_state (reviewer, state) WHERE reviewer IS NOT NULL;
CREATE INDEX sample_state_roi_size ON sample_state (roi_size);
CREATE INDEX sample_state_roi_size_down ON sample_state (roi_size DESC) WHERE roi_size IS NOT NULL;
CREATE INDEX sample_state_tag ON sample_state (tag);
CREATE INDEX sample_state_tag_down ON sample_state (tag DESC) WHERE tag IS NOT NULL;
CREATE INDEX sample_state_uncertainty ON sample_state (uncertainty);
CREATE INDEX sample_state_uncertainty_down ON sample_state (uncertainty DESC) WHERE uncertainty IS NOT NULL;
CREATE INDEX sample_state_walk ON sample_state (sample_id);
CREATE INDEX sample_tag_sample ON sample_tag (sample_id, tag);
CREATE INDEX tag_change_sample ON tag_change (sample_id, tag, id);
CREATE INDEX training_run_job ON training_run (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX training_run_parent ON training_run (parent_rpn_id) WHERE parent_rpn_id IS NOT NULL;
CREATE UNIQUE INDEX training_run_rpn ON training_run (rpn_id) WHERE rpn_id IS NOT NULL;
CREATE TABLE answer_outcome (
  prediction_id INTEGER PRIMARY KEY REFERENCES prediction(id) ON DELETE CASCADE,
  scorer TEXT NOT NULL,
  rules INTEGER NOT NULL,
  first_score REAL,
  crop_score REAL,
  first_by TEXT,
  crop_by TEXT,
  truth_iou REAL,
  outcome TEXT CHECK (outcome IN ('fixed', 'broken', 'both_right', 'both_wrong', 'alone_right', 'alone_wrong')),
  localised TEXT CHECK (localised IN ('used', 'unused', 'missed'))
) STRICT;
CREATE TABLE answer_verdict (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  answer TEXT NOT NULL,
  verdict TEXT CHECK (verdict IN ('right', 'wrong')),
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE batch (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL CHECK (state IN ('auditing', 'applying', 'applied', 'undone', 'dismissed')),
  target REAL NOT NULL CHECK (target > 0 AND target < 1),
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL,
  ended_at TEXT
, decision TEXT NOT NULL DEFAULT 'accept' CHECK (decision IN ('accept', 'reject'))) STRICT;
CREATE TABLE batch_item (
  batch_id INTEGER NOT NULL REFERENCES batch(id),
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  prediction_id INTEGER NOT NULL REFERENCES prediction(id),
  place INTEGER,
  verdict TEXT CHECK (verdict IN ('right', 'wrong')),
  outcome TEXT CHECK (outcome IN ('accepted', 'changed_meanwhile', 'undone', 'kept_as_decided')),
  review_id INTEGER REFERENCES review(id),
  PRIMARY KEY (batch_id, sample_id),
  CHECK (verdict IS NULL OR place IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE TABLE being_removed (sample_id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE dataset_sample (
  version_id INTEGER NOT NULL REFERENCES dataset_version(id),
  sample_id INTEGER NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (version_id, sample_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE dataset_version (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  card TEXT NOT NULL,
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE deal (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  overlap INTEGER NOT NULL CHECK (overlap >= 1),
  seed INTEGER NOT NULL,
  blind INTEGER NOT NULL CHECK (blind IN (0, 1)),
  filter TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at TEXT NOT NULL,
  ended_at TEXT
) STRICT;
CREATE TABLE deal_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  deal_id INTEGER NOT NULL REFERENCES deal(id),
  ended INTEGER NOT NULL CHECK (ended IN (0, 1)),
  noted_at TEXT NOT NULL
) STRICT;
CREATE TABLE dealt (
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  reviewer TEXT NOT NULL,
  deal_id INTEGER NOT NULL REFERENCES deal(id),
  review_id INTEGER REFERENCES review(id),
  PRIMARY KEY (sample_id, reviewer)
) STRICT, WITHOUT ROWID;
CREATE TABLE evaluation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER REFERENCES job(id),
  settings TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
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
  visual_tokens INTEGER, memory_bytes INTEGER CHECK (memory_bytes >= 0), sure REAL CHECK (sure BETWEEN 0 AND 1), weakest REAL CHECK (weakest BETWEEN 0 AND 1), peak REAL CHECK (peak BETWEEN 0 AND 1), trained REAL CHECK (trained BETWEEN 0 AND 1),
  PRIMARY KEY (evaluation_id, image_id, sample_id, method),
  FOREIGN KEY (evaluation_id, image_id, sample_id) REFERENCES evaluation_sample(evaluation_id, image_id, sample_id)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE evaluation_table (
  evaluation_id INTEGER PRIMARY KEY REFERENCES evaluation(id),
  mark TEXT NOT NULL,
  numbers TEXT NOT NULL
) STRICT;
CREATE TABLE exported_file (
  path TEXT PRIMARY KEY,
  format TEXT NOT NULL,
  samples INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  mtime_ms INTEGER NOT NULL,
  exported_at TEXT NOT NULL
) STRICT;
CREATE TABLE image (
  id INTEGER PRIMARY KEY,
  root_id INTEGER NOT NULL REFERENCES root(id),
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  mtime_ms INTEGER NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 1, sha256 BLOB CHECK (length(sha256) = 32),
  UNIQUE (root_id, path)
) STRICT;
CREATE TABLE import (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  questions_file TEXT NOT NULL,
  images_dir TEXT NOT NULL,
  started_at TEXT NOT NULL,
  added INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE import_range (
  import_id INTEGER NOT NULL REFERENCES import(id),
  first_id INTEGER NOT NULL,
  last_id INTEGER NOT NULL, first_row INTEGER,
  PRIMARY KEY (import_id, first_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  type TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  run_id INTEGER REFERENCES run(id),
  params TEXT NOT NULL,
  skipped INTEGER NOT NULL DEFAULT 0,
  message TEXT,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  lease_token TEXT,
  lease_machine TEXT,
  lease_pid INTEGER,
  lease_started TEXT,
  heartbeat_ms INTEGER,
  created_at TEXT NOT NULL,
  finished_at TEXT
, asked TEXT CHECK (asked IN ('pause', 'finish')), front INTEGER NOT NULL DEFAULT 0, started_at TEXT, retry_of INTEGER REFERENCES job(id), pace REAL, workers TEXT) STRICT;
CREATE TABLE job_item (
  job_id INTEGER NOT NULL REFERENCES job(id),
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  state TEXT NOT NULL CHECK (state IN ('queued', 'done', 'failed')),
  deaths INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  PRIMARY KEY (job_id, sample_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE log_generation (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  now BLOB NOT NULL,
  before BLOB NOT NULL
) STRICT;
CREATE TABLE model (
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE,
  dir TEXT NOT NULL,
  name TEXT NOT NULL,
  family TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE outside_answer (
  log_id INTEGER NOT NULL REFERENCES outside_log(id),
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  answer TEXT NOT NULL,
  raw TEXT,
  measures TEXT NOT NULL,
  PRIMARY KEY (log_id, sample_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE outside_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  file TEXT NOT NULL,
  run INTEGER NOT NULL,
  model TEXT NOT NULL,
  task TEXT NOT NULL,
  imported_at TEXT NOT NULL,
  UNIQUE (file, run)
) STRICT;
CREATE TABLE picture_hash (
  image_id INTEGER NOT NULL REFERENCES image(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 8),
  PRIMARY KEY (image_id, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE picture_kept (
  prediction_id INTEGER PRIMARY KEY REFERENCES prediction(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE picture_problem (
  image_id INTEGER PRIMARY KEY REFERENCES image(id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('missing', 'unreadable')),
  reason TEXT NOT NULL,
  found_at TEXT NOT NULL
) STRICT;
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
CREATE TABLE prediction (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run(id),
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  maps_key INTEGER NOT NULL UNIQUE,
  answer TEXT NOT NULL,
  answer_tokens TEXT NOT NULL,
  grid_rows INTEGER NOT NULL,
  grid_cols INTEGER NOT NULL,
  transform TEXT NOT NULL,
  label BLOB NOT NULL,
  dropped_rule TEXT CHECK (dropped_rule IN ('empty_answer', 'area', 'low_max')),
  dropped_value REAL,
  dropped_limit REAL,
  boxes TEXT NOT NULL,
  second_stage TEXT,
  timings TEXT NOT NULL,
  device TEXT NOT NULL,
  created_at TEXT NOT NULL, picture_version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (run_id, sample_id),
  CHECK (length(label) = grid_rows * grid_cols),
  CHECK ((dropped_rule IS NULL) = (dropped_value IS NULL) AND (dropped_rule IS NULL) = (dropped_limit IS NULL))
) STRICT;
CREATE TABLE prediction_score (
  prediction_id INTEGER PRIMARY KEY REFERENCES prediction(id) ON DELETE CASCADE,
  disagreement REAL,
  uncertainty REAL,
  roi_size REAL,
  roi_x REAL,
  roi_y REAL
) STRICT;
CREATE TABLE preset (
  id INTEGER PRIMARY KEY,
  slug TEXT NOT NULL,
  sha256 TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE project (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  active_run_id INTEGER REFERENCES run(id),
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE proposal (
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  source_id INTEGER NOT NULL REFERENCES proposal_source(id),
  boxes TEXT NOT NULL,
  scores TEXT,
  PRIMARY KEY (sample_id, source_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE proposal_source (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  file TEXT NOT NULL,
  complete INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1)),
  imported_at TEXT NOT NULL
) STRICT;
CREATE TABLE reject_reason (
  place INTEGER PRIMARY KEY CHECK (place BETWEEN 1 AND 9),
  words TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE review (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  decision TEXT NOT NULL CHECK (decision IN ('accept', 'correct', 'reject', 'reset')),
  label BLOB,
  prediction_id INTEGER REFERENCES prediction(id),
  reviewer TEXT NOT NULL,
  note TEXT,
  created_at TEXT NOT NULL, batch_id INTEGER REFERENCES batch(id), reason TEXT CHECK (reason IS NULL OR decision = 'reject'),
  CHECK ((decision IN ('accept', 'correct')) = (label IS NOT NULL)),
  CHECK (label IS NULL OR prediction_id IS NOT NULL)
) STRICT;
CREATE TABLE review_score (
  review_id INTEGER PRIMARY KEY REFERENCES review(id),
  iou REAL,
  roi_size REAL,
  roi_x REAL,
  roi_y REAL
) STRICT;
CREATE TABLE root (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE
, resolved TEXT) STRICT;
CREATE TABLE root_link (
  root_id INTEGER NOT NULL REFERENCES root(id) ON DELETE CASCADE,
  folder TEXT NOT NULL,
  PRIMARY KEY (root_id, folder)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE rpn_activation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  base_fingerprint TEXT NOT NULL,
  rpn_id INTEGER REFERENCES rpn(id),
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  model_id INTEGER NOT NULL REFERENCES model(id),
  preset_id INTEGER NOT NULL REFERENCES preset(id),
  settings TEXT NOT NULL,
  answer_mode TEXT NOT NULL CHECK (answer_mode IN ('self', 'teacher')),
  device TEXT,
  created_at TEXT NOT NULL, name TEXT, removed_at TEXT,
  UNIQUE (model_id, preset_id, settings, answer_mode)
) STRICT;
CREATE TABLE run_shown (
  run_id INTEGER NOT NULL REFERENCES run(id),
  sample_id INTEGER NOT NULL REFERENCES sample(id) ON DELETE CASCADE,
  before_run_id INTEGER REFERENCES run(id),
  taken_back INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (run_id, sample_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE sample (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  external_id TEXT NOT NULL,
  image_id INTEGER NOT NULL REFERENCES image(id),
  question TEXT NOT NULL,
  reference_answer TEXT,
  truth_boxes TEXT NOT NULL,
  language TEXT,
  split TEXT,
  tags TEXT NOT NULL,
  UNIQUE (external_id, image_id, question)
) STRICT;
CREATE TABLE sample_benchmark (
  sample_id INTEGER PRIMARY KEY REFERENCES sample(id),
  benchmark TEXT NOT NULL,
  answers TEXT NOT NULL,
  options TEXT NOT NULL
) STRICT;
CREATE TABLE sample_flag (
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  flag TEXT NOT NULL CHECK (flag IN ('look_again', 'example', 'bad_data')),
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (sample_id, flag)
) STRICT, WITHOUT ROWID;
CREATE TABLE sample_note (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  text TEXT NOT NULL,
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE sample_run (
  sample_id INTEGER PRIMARY KEY REFERENCES sample(id),
  run_id INTEGER NOT NULL REFERENCES run(id)
) STRICT;
CREATE TABLE sample_state (
  sample_id INTEGER PRIMARY KEY REFERENCES sample(id),
  state TEXT NOT NULL CHECK (state IN ('unlabelled', 'pending', 'accepted', 'corrected', 'rejected')),
  dropped INTEGER NOT NULL,
  language TEXT,
  split TEXT,
  tag TEXT,
  prediction_id INTEGER REFERENCES prediction(id),
  review_id INTEGER REFERENCES review(id),
  drop_rule TEXT,
  drop_value REAL,
  reviewer TEXT,
  reviewed_at TEXT,
  disagreement REAL,
  uncertainty REAL,
  roi_size REAL,
  roi_x REAL,
  roi_y REAL,
  iou REAL
, agreement TEXT CHECK (agreement IN ('agree', 'differ')), reason TEXT, outcome TEXT
  CHECK (outcome IN ('fixed', 'broken', 'both_right', 'both_wrong', 'alone_right', 'alone_wrong')), localised TEXT CHECK (localised IN ('used', 'unused', 'missed'))) STRICT;
CREATE TABLE sample_tag (
  tag TEXT NOT NULL,
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  PRIMARY KEY (tag, sample_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE saved_filter (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE search_block (block INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE search_gram (block INTEGER PRIMARY KEY, grams BLOB NOT NULL) STRICT;
CREATE TABLE tag_change (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  tag TEXT NOT NULL,
  added INTEGER NOT NULL CHECK (added IN (0, 1)),
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
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
, teacher TEXT) STRICT;
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
CREATE TRIGGER answer_outcome_is_by_this_benchmark AFTER INSERT ON sample_benchmark
BEGIN DELETE FROM answer_outcome WHERE prediction_id IN (SELECT id FROM prediction WHERE sample_id IN (NEW.sample_id)); END;
CREATE TRIGGER answer_outcome_is_by_this_truth AFTER UPDATE OF reference_answer, truth_boxes ON sample
BEGIN DELETE FROM answer_outcome WHERE prediction_id IN (SELECT id FROM prediction WHERE sample_id IN (OLD.id)); END;
CREATE TRIGGER answer_outcome_is_by_this_verdict AFTER INSERT ON answer_verdict
BEGIN DELETE FROM answer_outcome WHERE prediction_id IN (SELECT id FROM prediction WHERE sample_id IN (NEW.sample_id)); END;
CREATE TRIGGER answer_outcome_is_of_this_category AFTER UPDATE OF tags ON sample
WHEN EXISTS (SELECT 1 FROM sample_benchmark WHERE sample_id = OLD.id)
BEGIN DELETE FROM answer_outcome WHERE prediction_id IN (SELECT id FROM prediction WHERE sample_id IN (OLD.id)); END;
CREATE TRIGGER answer_outcome_is_of_this_picture AFTER UPDATE OF version ON image
BEGIN DELETE FROM answer_outcome WHERE prediction_id IN (SELECT id FROM prediction WHERE sample_id IN (SELECT id FROM sample WHERE image_id = OLD.id)); END;
CREATE TRIGGER answer_outcome_is_of_this_prediction
AFTER UPDATE OF run_id, answer, second_stage, label ON prediction
BEGIN DELETE FROM answer_outcome WHERE prediction_id = OLD.id; END;
CREATE TRIGGER answer_verdict_is_append_only_delete BEFORE DELETE ON answer_verdict
WHEN OLD.sample_id NOT IN (SELECT sample_id FROM being_removed)
BEGIN SELECT RAISE(ABORT, 'verdicts on answers are append-only'); END;
CREATE TRIGGER answer_verdict_is_append_only_update BEFORE UPDATE ON answer_verdict
BEGIN SELECT RAISE(ABORT, 'verdicts on answers are append-only'); END;
CREATE TRIGGER batch_item_is_of_this_label AFTER UPDATE OF label ON prediction WHEN OLD.label <> NEW.label
BEGIN
  UPDATE batch_item SET outcome = 'changed_meanwhile'
  WHERE prediction_id = OLD.id AND review_id IS NULL AND outcome IS NULL;
END;
CREATE TRIGGER dataset_sample_is_frozen BEFORE UPDATE ON dataset_sample
BEGIN SELECT RAISE(ABORT, 'a frozen data set does not change'); END;
CREATE TRIGGER deal_end_is_noted AFTER UPDATE OF ended_at ON deal
WHEN NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL
BEGIN INSERT INTO deal_event (deal_id, ended, noted_at) VALUES (NEW.id, 1, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')); END;
CREATE TRIGGER deal_is_noted AFTER INSERT ON deal
BEGIN INSERT INTO deal_event (deal_id, ended, noted_at) VALUES (NEW.id, 0, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')); END;
CREATE TRIGGER dealt_has_last_word AFTER INSERT ON review
BEGIN
  UPDATE dealt SET review_id = CASE NEW.decision WHEN 'reset' THEN NULL ELSE NEW.id END
  WHERE sample_id = NEW.sample_id AND reviewer = NEW.reviewer;
END;
CREATE TRIGGER prediction_reviewed_is_fixed
BEFORE UPDATE OF run_id, sample_id, answer, grid_rows, grid_cols, label ON prediction
WHEN EXISTS (SELECT 1 FROM review WHERE prediction_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'a reviewed prediction does not change'); END;
CREATE TRIGGER prediction_score_is_of_these_maps AFTER UPDATE OF maps_key, label, run_id ON prediction
BEGIN DELETE FROM prediction_score WHERE prediction_id = OLD.id; END;
CREATE TRIGGER review_is_append_only_delete BEFORE DELETE ON review
WHEN OLD.sample_id NOT IN (SELECT sample_id FROM being_removed)
BEGIN SELECT RAISE(ABORT, 'reviews are append-only'); END;
CREATE TRIGGER review_is_append_only_update BEFORE UPDATE ON review
BEGIN SELECT RAISE(ABORT, 'reviews are append-only'); END;
CREATE TRIGGER tag_change_is_append_only_delete BEFORE DELETE ON tag_change
WHEN OLD.sample_id NOT IN (SELECT sample_id FROM being_removed)
BEGIN SELECT RAISE(ABORT, 'changes of tags are append-only'); END;
CREATE TRIGGER tag_change_is_append_only_update BEFORE UPDATE ON tag_change
BEGIN SELECT RAISE(ABORT, 'changes of tags are append-only'); END;

-- maps.db, user_version 3
CREATE TABLE embedding (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  encoder_id INTEGER NOT NULL REFERENCES encoder(id) ON DELETE CASCADE,
  content BLOB NOT NULL CHECK (length(content) = 32),
  scale REAL NOT NULL CHECK (scale > 0),
  data BLOB NOT NULL CHECK (length(data) = 128),
  UNIQUE (encoder_id, content)
) STRICT;
CREATE TABLE encoder (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  fingerprint TEXT NOT NULL UNIQUE CHECK (length(fingerprint) = 64),
  model TEXT NOT NULL
) STRICT;
CREATE TABLE map (
  key INTEGER NOT NULL REFERENCES map_set(key) ON DELETE CASCADE,
  name TEXT NOT NULL CHECK (name IN ('grounding', 'sink', 'question', 'denoised', 'rpn')),
  grid_rows INTEGER NOT NULL CHECK (grid_rows > 0),
  grid_cols INTEGER NOT NULL CHECK (grid_cols > 0),
  transform TEXT,
  data BLOB NOT NULL CHECK (length(data) = 2 * grid_rows * grid_cols),
  UNIQUE (key, name)
) STRICT;
CREATE TABLE map_set (key INTEGER PRIMARY KEY) STRICT;
CREATE TABLE near_duplicate (
  image_id INTEGER PRIMARY KEY,
  content BLOB NOT NULL CHECK (length(content) = 32),
  group_number INTEGER NOT NULL CHECK (group_number > 0)
) STRICT;
