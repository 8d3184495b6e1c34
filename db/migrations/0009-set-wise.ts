/**
 * For a million samples: what samples are searched by lies in blocks of 128 (see `store/search/text.ts`; what each cannot hold is
 * noted when the project is opened next), every order of the list is an index that can be walked from both ends, derived rows are
 * written for many samples at once, where a trigger wrote tags one by one, and imports are noted with the samples they added.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 9,
  slug: 'set-wise',
  sql: `
DROP TRIGGER sample_has_its_tags;

CREATE TABLE search_block (block INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE search_gram (block INTEGER PRIMARY KEY, grams BLOB NOT NULL) STRICT;
WITH RECURSIVE place (id) AS (
  SELECT 0 UNION ALL SELECT id + 1 FROM place WHERE id < (SELECT MAX(sample_id) FROM sample_search) / 128 * 128 + 127)
INSERT INTO search_block
SELECT block, group_concat(text || char(30), '' ORDER BY id)
FROM (SELECT place.id, place.id / 128 AS block, COALESCE(replace(f.search, char(30), ' '), '') AS text
  FROM place LEFT JOIN sample_search f ON f.sample_id = place.id)
GROUP BY block HAVING MAX(text) <> '';
INSERT INTO search_gram SELECT block, x'' FROM search_block;
DROP TABLE sample_search;

DROP INDEX sample_language;
DROP INDEX sample_state_prediction;
CREATE INDEX sample_state_prediction ON sample_state (prediction_id) WHERE prediction_id IS NOT NULL;
DROP INDEX sample_state_drop_rule;
DROP INDEX sample_state_reviewed;
CREATE INDEX sample_state_walk ON sample_state (sample_id);
CREATE INDEX sample_state_dropped ON sample_state (drop_rule, drop_value);
CREATE INDEX sample_state_reviewed ON sample_state (reviewed_at);
CREATE INDEX sample_state_language ON sample_state (language);
CREATE INDEX sample_state_tag ON sample_state (tag);
CREATE INDEX sample_state_rank ON sample_state (
  CASE state WHEN 'unlabelled' THEN 0 WHEN 'pending' THEN 1 WHEN 'accepted' THEN 2 WHEN 'corrected' THEN 3 ELSE 4 END);
CREATE INDEX sample_state_disagreement_down ON sample_state (disagreement DESC) WHERE disagreement IS NOT NULL;
CREATE INDEX sample_state_uncertainty_down ON sample_state (uncertainty DESC) WHERE uncertainty IS NOT NULL;
CREATE INDEX sample_state_roi_size_down ON sample_state (roi_size DESC) WHERE roi_size IS NOT NULL;
CREATE INDEX sample_state_dropped_down ON sample_state (drop_rule DESC, drop_value DESC) WHERE drop_rule IS NOT NULL;
CREATE INDEX sample_state_reviewed_down ON sample_state (reviewed_at DESC) WHERE reviewed_at IS NOT NULL;
CREATE INDEX sample_state_language_down ON sample_state (language DESC) WHERE language IS NOT NULL;
CREATE INDEX sample_state_tag_down ON sample_state (tag DESC) WHERE tag IS NOT NULL;
CREATE INDEX sample_state_rank_down ON sample_state (
  CASE state WHEN 'unlabelled' THEN 0 WHEN 'pending' THEN 1 WHEN 'accepted' THEN 2 WHEN 'corrected' THEN 3 ELSE 4 END DESC);

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
  last_id INTEGER NOT NULL,
  PRIMARY KEY (import_id, first_id)
) STRICT, WITHOUT ROWID;
`,
};
