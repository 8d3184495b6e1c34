/**
 * What became of a prediction's answers: scored by the sample's benchmark's rule, or judged by a person, and what the crop made
 * of them. `answer_outcome` is derived and counted anew whenever what it was counted from changes (the triggers), or the rule
 * (`scorer`, `rules`); `answer_verdict` is what people said, on a sample's answer by its text, each a row that stays.
 */
import type { Migration } from '../types.ts';

const forget = (samples: string): string =>
  `DELETE FROM answer_outcome WHERE prediction_id IN (SELECT id FROM prediction WHERE sample_id IN (${samples}));`;

export const migration: Migration = {
  version: 23,
  slug: 'answer-outcomes',
  sql: `
CREATE TABLE answer_verdict (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  answer TEXT NOT NULL,
  verdict TEXT CHECK (verdict IN ('right', 'wrong')),
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX answer_verdict_sample ON answer_verdict (sample_id, id);
CREATE TRIGGER answer_verdict_is_append_only_update BEFORE UPDATE ON answer_verdict
BEGIN SELECT RAISE(ABORT, 'verdicts on answers are append-only'); END;
CREATE TRIGGER answer_verdict_is_append_only_delete BEFORE DELETE ON answer_verdict
WHEN OLD.sample_id NOT IN (SELECT sample_id FROM being_removed)
BEGIN SELECT RAISE(ABORT, 'verdicts on answers are append-only'); END;

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
CREATE TRIGGER answer_outcome_is_of_this_prediction
AFTER UPDATE OF run_id, answer, second_stage, label ON prediction
BEGIN DELETE FROM answer_outcome WHERE prediction_id = OLD.id; END;
CREATE TRIGGER answer_outcome_is_by_this_truth AFTER UPDATE OF reference_answer, truth_boxes ON sample
BEGIN ${forget('OLD.id')} END;
CREATE TRIGGER answer_outcome_is_of_this_category AFTER UPDATE OF tags ON sample
WHEN EXISTS (SELECT 1 FROM sample_benchmark WHERE sample_id = OLD.id)
BEGIN ${forget('OLD.id')} END;
CREATE TRIGGER answer_outcome_is_of_this_picture AFTER UPDATE OF version ON image
BEGIN ${forget('SELECT id FROM sample WHERE image_id = OLD.id')} END;
CREATE TRIGGER answer_outcome_is_by_this_benchmark AFTER INSERT ON sample_benchmark
BEGIN ${forget('NEW.sample_id')} END;
CREATE TRIGGER answer_outcome_is_by_this_verdict AFTER INSERT ON answer_verdict
BEGIN ${forget('NEW.sample_id')} END;

ALTER TABLE sample_state ADD COLUMN outcome TEXT
  CHECK (outcome IN ('fixed', 'broken', 'both_right', 'both_wrong', 'alone_right', 'alone_wrong'));
ALTER TABLE sample_state ADD COLUMN localised TEXT CHECK (localised IN ('used', 'unused', 'missed'));
CREATE INDEX sample_state_outcome ON sample_state (outcome);
CREATE INDEX sample_state_outcome_down ON sample_state (outcome DESC) WHERE outcome IS NOT NULL;
CREATE INDEX sample_state_localised ON sample_state (localised) WHERE localised IS NOT NULL;
`,
};
