/**
 * Samples dealt to reviewers: who decides on which, in rounds. Each one's last word on a sample dealt to them stands in its row,
 * which a trigger keeps, however a decision comes in; what counts for a dealt sample is in `samples/effective.ts`.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 17,
  slug: 'deals',
  sql: `
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
CREATE TABLE dealt (
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  reviewer TEXT NOT NULL,
  deal_id INTEGER NOT NULL REFERENCES deal(id),
  review_id INTEGER REFERENCES review(id),
  PRIMARY KEY (sample_id, reviewer)
) STRICT, WITHOUT ROWID;
CREATE INDEX dealt_reviewer ON dealt (reviewer, sample_id);
CREATE INDEX dealt_deal ON dealt (deal_id, sample_id);
CREATE INDEX dealt_review ON dealt (review_id) WHERE review_id IS NOT NULL;
CREATE TRIGGER dealt_has_last_word AFTER INSERT ON review
BEGIN
  UPDATE dealt SET review_id = CASE NEW.decision WHEN 'reset' THEN NULL ELSE NEW.id END
  WHERE sample_id = NEW.sample_id AND reviewer = NEW.reviewer;
END;
`,
};
