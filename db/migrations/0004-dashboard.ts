/**
 * What the dashboard counts and the store did not keep: whether the people who decided a sample agree, the speed of one
 * of them without reading labels, and counts that would else scan the whole table.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 4,
  slug: 'dashboard',
  sql: `
ALTER TABLE sample_state ADD COLUMN agreement TEXT CHECK (agreement IN ('agree', 'differ'));
UPDATE sample_state SET agreement = (
  SELECT CASE COUNT(DISTINCT w.decision) WHEN 1 THEN 'agree' ELSE 'differ' END
  FROM (SELECT decision, prediction_id, MAX(id) FROM review v WHERE v.sample_id = sample_state.sample_id
        GROUP BY reviewer) w
  WHERE w.decision <> 'reset' AND w.prediction_id IS sample_state.prediction_id
  HAVING COUNT(*) > 1)
WHERE review_id IS NOT NULL;
CREATE INDEX review_reviewer ON review (reviewer, id, decision, created_at, sample_id);
CREATE INDEX sample_state_drop_rule ON sample_state (drop_rule) WHERE drop_rule IS NOT NULL;
CREATE INDEX sample_state_reviewer ON sample_state (reviewer, state) WHERE reviewer IS NOT NULL;
CREATE INDEX sample_state_agreement ON sample_state (agreement) WHERE agreement IS NOT NULL;
CREATE INDEX sample_state_iou ON sample_state (iou) WHERE iou IS NOT NULL;
CREATE INDEX sample_state_place ON sample_state (roi_x, roi_y) WHERE roi_x IS NOT NULL;
`,
};
