/**
 * What one reviewer may know while rounds are open: a connection of their own, on which tables are laid over by views of the
 * same names. Whatever reads through it sees the samples dealt to that person alone, with their own decisions; in a blind round
 * truth boxes, right answers (also as a model's given answer, and as whether an answer is right) and other people's notes, flags
 * and verdicts appear once they have decided. So what is hidden is not there to be sent, whichever question is asked.
 */
import { join } from 'node:path';
import { type ReadableDb, asPart } from '../db.ts';
import { attachMaps, connect, PROJECT_FILE } from '../file/connect.ts';
import type { Project } from '../file/project.ts';

const VIEWS = `
CREATE TEMP TABLE desk (reviewer TEXT NOT NULL);
CREATE TEMP VIEW mine AS
SELECT d.sample_id, d.review_id, x.blind AND d.review_id IS NULL AS hidden
FROM main.dealt d JOIN main.deal x ON x.id = d.deal_id
WHERE d.reviewer = (SELECT reviewer FROM temp.desk) AND x.ended_at IS NULL;
CREATE TEMP VIEW sample AS
SELECT s.id, s.external_id, s.image_id, s.question,
  CASE WHEN m.hidden THEN NULL ELSE s.reference_answer END AS reference_answer,
  CASE WHEN m.hidden THEN '[]' ELSE s.truth_boxes END AS truth_boxes, s.language, s.split, s.tags
FROM main.sample s JOIN temp.mine m ON m.sample_id = s.id;
CREATE TEMP VIEW prediction AS
SELECT p.id, p.run_id, p.sample_id, p.maps_key,
  CASE WHEN m.hidden AND u.answer_mode = 'teacher' THEN '' ELSE p.answer END AS answer,
  CASE WHEN m.hidden AND u.answer_mode = 'teacher' THEN '[]' ELSE p.answer_tokens END AS answer_tokens,
  p.grid_rows, p.grid_cols, p.transform, p.label, p.dropped_rule, p.dropped_value, p.dropped_limit, p.boxes,
  p.second_stage, p.timings, p.device, p.created_at, p.picture_version
FROM main.prediction p JOIN temp.mine m ON m.sample_id = p.sample_id JOIN main.run u ON u.id = p.run_id;
CREATE TEMP VIEW review AS
SELECT r.* FROM main.review r JOIN temp.mine m ON m.sample_id = r.sample_id
WHERE r.reviewer = (SELECT reviewer FROM temp.desk);
CREATE TEMP VIEW sample_state AS
SELECT t.sample_id,
  CASE r.decision WHEN 'accept' THEN 'accepted' WHEN 'correct' THEN 'corrected' WHEN 'reject' THEN 'rejected'
    ELSE CASE WHEN t.prediction_id IS NULL THEN 'unlabelled' ELSE 'pending' END END AS state,
  t.dropped, t.language, t.split, t.tag, t.prediction_id, r.id AS review_id, t.drop_rule, t.drop_value, r.reviewer,
  r.created_at AS reviewed_at, t.disagreement, t.uncertainty,
  CASE WHEN rs.review_id IS NULL THEN ps.roi_size ELSE rs.roi_size END AS roi_size,
  CASE WHEN rs.review_id IS NULL THEN ps.roi_x ELSE rs.roi_x END AS roi_x,
  CASE WHEN rs.review_id IS NULL THEN ps.roi_y ELSE rs.roi_y END AS roi_y,
  rs.iou, NULL AS agreement, r.reason,
  CASE WHEN m.hidden THEN NULL ELSE t.outcome END AS outcome,
  CASE WHEN m.hidden THEN NULL ELSE t.localised END AS localised
FROM temp.mine m JOIN main.sample_state t ON t.sample_id = m.sample_id
LEFT JOIN main.review r ON r.id = m.review_id
LEFT JOIN main.prediction_score ps ON ps.prediction_id = t.prediction_id
LEFT JOIN main.review_score rs ON rs.review_id = r.id;
CREATE TEMP VIEW sample_note AS
SELECT n.* FROM main.sample_note n JOIN temp.mine m ON m.sample_id = n.sample_id
WHERE NOT m.hidden OR n.reviewer = (SELECT reviewer FROM temp.desk);
CREATE TEMP VIEW sample_flag AS
SELECT f.* FROM main.sample_flag f JOIN temp.mine m ON m.sample_id = f.sample_id
WHERE NOT m.hidden OR f.reviewer = (SELECT reviewer FROM temp.desk);
CREATE TEMP VIEW answer_verdict AS
SELECT v.* FROM main.answer_verdict v JOIN temp.mine m ON m.sample_id = v.sample_id
WHERE NOT m.hidden OR v.reviewer = (SELECT reviewer FROM temp.desk);
CREATE TEMP VIEW sample_benchmark AS
SELECT b.sample_id, b.benchmark, CASE WHEN m.hidden THEN '[]' ELSE b.answers END AS answers, b.options
FROM main.sample_benchmark b JOIN temp.mine m ON m.sample_id = b.sample_id;
CREATE TEMP VIEW outside_answer AS
SELECT a.log_id, a.sample_id, a.answer, a.raw, CASE WHEN m.hidden THEN '{}' ELSE a.measures END AS measures
FROM main.outside_answer a JOIN temp.mine m ON m.sample_id = a.sample_id;
CREATE TEMP VIEW batch AS SELECT * FROM main.batch WHERE 0;
CREATE TEMP VIEW batch_item AS SELECT * FROM main.batch_item WHERE 0;
`;

export interface Desk {
  readonly reviewer: string;
  readonly db: ReadableDb;
  close(): void;
}

/** Opens a reviewer's desk in an open project. Throws what opening a database throws. */
export function openDesk(project: Project, reviewer: string): Desk {
  const db = connect(join(project.databases, PROJECT_FILE), true);
  try {
    attachMaps(db, project.databases);
    db.exec(VIEWS);
    db.prepare('INSERT INTO temp.desk VALUES (?)').run(reviewer);
    return { reviewer, db: asPart(db), close: () => void db.close() };
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}
