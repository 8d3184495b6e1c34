/**
 * What the gallery, the sorted queue and the dashboard ask for. Scores are computed once per prediction and per
 * correction and kept; `sample_state` becomes a narrow table that can be scanned, sorted and counted whole, its long
 * search text moves beside it. Flags, notes, saved filters and batches are what people decide, each in its own table.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 2,
  slug: 'gallery',
  sql: `
CREATE TABLE prediction_score (
  prediction_id INTEGER PRIMARY KEY REFERENCES prediction(id) ON DELETE CASCADE,
  disagreement REAL,
  uncertainty REAL,
  roi_size REAL,
  roi_x REAL,
  roi_y REAL
) STRICT;
CREATE TRIGGER prediction_score_is_of_these_maps AFTER UPDATE OF maps_key, label, run_id ON prediction
BEGIN DELETE FROM prediction_score WHERE prediction_id = OLD.id; END;

CREATE TABLE review_score (
  review_id INTEGER PRIMARY KEY REFERENCES review(id),
  iou REAL,
  roi_size REAL,
  roi_x REAL,
  roi_y REAL
) STRICT;

CREATE TABLE sample_search (
  sample_id INTEGER PRIMARY KEY REFERENCES sample(id),
  search TEXT NOT NULL
) STRICT;
INSERT INTO sample_search SELECT sample_id, search FROM sample_state;

CREATE TABLE sample_tag (
  tag TEXT NOT NULL,
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  PRIMARY KEY (tag, sample_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sample_image ON sample (image_id);
CREATE INDEX sample_tag_sample ON sample_tag (sample_id, tag);
INSERT OR IGNORE INTO sample_tag SELECT j.value, s.id FROM sample s, json_each(s.tags) j;
CREATE TRIGGER sample_has_its_tags AFTER INSERT ON sample
BEGIN INSERT OR IGNORE INTO sample_tag SELECT value, NEW.id FROM json_each(NEW.tags); END;

ALTER TABLE sample_state RENAME TO sample_state_1;
DROP INDEX sample_state_filter;
DROP INDEX sample_state_prediction;
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
) STRICT;
INSERT INTO sample_state
SELECT o.sample_id, o.state, o.dropped, o.language, o.split,
  (SELECT MIN(tag) FROM sample_tag g WHERE g.sample_id = o.sample_id), o.prediction_id, o.review_id,
  p.dropped_rule, p.dropped_value, r.reviewer, r.created_at, NULL, NULL, NULL, NULL, NULL, NULL
FROM sample_state_1 o
LEFT JOIN prediction p ON p.id = o.prediction_id
LEFT JOIN review r ON r.id = o.review_id;
DROP TABLE sample_state_1;
CREATE INDEX sample_state_filter ON sample_state (state, dropped, language, split, sample_id);
CREATE INDEX sample_state_prediction ON sample_state (prediction_id);
CREATE INDEX sample_state_disagreement ON sample_state (disagreement);
CREATE INDEX sample_state_uncertainty ON sample_state (uncertainty);
CREATE INDEX sample_state_roi_size ON sample_state (roi_size);
CREATE INDEX sample_state_reviewed ON sample_state (reviewed_at) WHERE reviewed_at IS NOT NULL;

CREATE TABLE sample_flag (
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  flag TEXT NOT NULL CHECK (flag IN ('look_again', 'example', 'bad_data')),
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (sample_id, flag)
) STRICT, WITHOUT ROWID;
CREATE INDEX sample_flag_flag ON sample_flag (flag, sample_id);

CREATE TABLE sample_note (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  text TEXT NOT NULL,
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX sample_note_sample ON sample_note (sample_id, id);

CREATE TABLE saved_filter (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE batch (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL CHECK (state IN ('auditing', 'applying', 'applied', 'undone', 'dismissed')),
  target REAL NOT NULL CHECK (target > 0 AND target < 1),
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL,
  ended_at TEXT
) STRICT;
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
CREATE INDEX batch_item_place ON batch_item (batch_id, place) WHERE place IS NOT NULL;
CREATE INDEX batch_item_review ON batch_item (review_id) WHERE review_id IS NOT NULL;
CREATE INDEX batch_item_prediction ON batch_item (prediction_id);
CREATE TRIGGER batch_item_is_of_this_label AFTER UPDATE OF label ON prediction WHEN OLD.label <> NEW.label
BEGIN
  UPDATE batch_item SET outcome = 'changed_meanwhile'
  WHERE prediction_id = OLD.id AND review_id IS NULL AND outcome IS NULL;
END;
`,
};
