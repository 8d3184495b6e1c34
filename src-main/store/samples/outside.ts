/**
 * Answers that outside models gave to samples, as their logs have them: beside the truth and beside predictions, never one of
 * them. A log is a run of a file; imported again, it says what it says now.
 */
import { z } from 'zod';
import type { OutsideAnswer } from '../../../src-shared/contract/domain.ts';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';

/** A run of a file of answers. */
export interface OutsideLog {
  /** Absolute. */
  readonly file: string;
  /** Of those that the file has, from 1. */
  readonly run: number;
  readonly model: string;
  readonly task: string;
}

export interface NewOutsideAnswer {
  readonly answer: string;
  /** What the model said before its answer was filtered; null: the same. */
  readonly raw: string | null;
  /** As the log has them, by name. */
  readonly measures: Readonly<Record<string, unknown>>;
}

const measuresSchema = z.record(z.string(), z.unknown());

/** The number of a log, which is noted where it is new. In the caller's transaction. */
export function ensureLog(db: WritableDb, { file, run, model, task }: OutsideLog): number {
  write(
    db,
    `INSERT INTO outside_log (file, run, model, task, imported_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (file, run) DO UPDATE SET model = excluded.model, task = excluded.task, imported_at = excluded.imported_at`,
  ).run(file, run, model, task, new Date().toISOString());
  return read<{ id: number }>(db, 'SELECT id FROM outside_log WHERE file = ? AND run = ?').get(file, run)!.id;
}

/** Takes over an answer, in the caller's transaction. @returns what that changed */
export function putOutsideAnswer(
  db: WritableDb,
  logId: number,
  sampleId: number,
  { answer, raw, measures }: NewOutsideAnswer,
): 'added' | 'updated' | 'same' {
  const text = JSON.stringify(measures);
  const before = read<{ answer: string; raw: string | null; measures: string }>(
    db,
    'SELECT answer, raw, measures FROM outside_answer WHERE log_id = ? AND sample_id = ?',
  ).get(logId, sampleId);
  if (before?.answer === answer && before.raw === raw && before.measures === text) return 'same';
  write(
    db,
    'INSERT OR REPLACE INTO outside_answer (log_id, sample_id, answer, raw, measures) VALUES (?, ?, ?, ?, ?)',
  ).run(logId, sampleId, answer, raw, text);
  return before ? 'updated' : 'added';
}

/** Of a sample, in the order in which logs were first imported. */
export function outsideAnswersOf(db: ReadableDb, sampleId: number): OutsideAnswer[] {
  return read<{
    model: string;
    task: string;
    run: number;
    answer: string;
    raw: string | null;
    measures: string;
  }>(
    db,
    `SELECT l.model, l.task, l.run, a.answer, a.raw, a.measures FROM outside_answer a JOIN outside_log l ON l.id = a.log_id
     WHERE a.sample_id = ? ORDER BY a.log_id`,
  )
    .all(sampleId)
    .map((row) => ({ ...row, measures: measuresSchema.parse(JSON.parse(row.measures)) }));
}
