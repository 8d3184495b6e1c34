/** Revisions of the database as lines of the journal. */
import { type ReadableDb, read } from '../db.ts';
import type { Decision } from '../../../src-shared/contract/domain.ts';
import { lettersOf, type JournalLine } from './line.ts';

interface Row {
  readonly id: number;
  readonly decision: Decision;
  readonly label: Uint8Array | null;
  readonly prediction_id: number | null;
  readonly reviewer: string;
  readonly note: string | null;
  readonly reason: string | null;
  readonly created_at: string;
  readonly batch_id: number | null;
  readonly external_id: string;
  readonly question: string;
  readonly image_path: string;
  readonly root_path: string;
  readonly grid_rows: number | null;
  readonly grid_cols: number | null;
}

const PAGE = 500;

/** Revisions in `(after, upTo]`, oldest first; never all of them in memory. */
export function* journalLines(db: ReadableDb, after: number, upTo: number): Generator<JournalLine> {
  const page = read<Row>(
    db,
    `SELECT r.id, r.decision, r.label, r.prediction_id, r.reviewer, r.note, r.reason, r.created_at, r.batch_id,
       s.external_id, s.question, i.path AS image_path, f.path AS root_path, p.grid_rows, p.grid_cols
     FROM review r JOIN sample s ON s.id = r.sample_id JOIN image i ON i.id = s.image_id
       JOIN root f ON f.id = i.root_id LEFT JOIN prediction p ON p.id = r.prediction_id
     WHERE r.id > ? AND r.id <= ? ORDER BY r.id LIMIT ?`,
  );
  for (let last = after; ;) {
    const rows = page.all(last, upTo, PAGE);
    for (const row of rows) yield lineOf(row);
    if (rows.length < PAGE) return;
    last = rows[rows.length - 1]!.id;
  }
}

function lineOf(row: Row): JournalLine {
  return {
    journal: 1,
    revision: row.id,
    at: row.created_at,
    sample: row.external_id,
    folder: row.root_path,
    image: row.image_path,
    question: row.question,
    decision: row.decision,
    label: row.label && lettersOf(row.label),
    grid: row.grid_rows === null || row.grid_cols === null ? null : [row.grid_rows, row.grid_cols],
    prediction: row.prediction_id,
    reviewer: row.reviewer,
    note: row.note,
    reason: row.reason,
    batch: row.batch_id,
  };
}
