/** Evaluations: what was measured, on which samples, and how far it is. */
import { jobSchema } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import {
  evaluationSettingsSchema,
  type Evaluation,
  type EvaluationSettings,
} from '../../../src-shared/contract/evaluation.ts';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';

/** A sample of an evaluation with what it is sliced by, as it was when the evaluation began. */
export interface EvaluatedSample {
  readonly imageId: number;
  readonly sampleId: number;
  /** Whose rule counts its answers. */
  readonly scorer: string;
  readonly language: string | null;
  readonly dataset: string | null;
  readonly tags: readonly string[];
  /** Of the known region; null: nothing is known of it. */
  readonly size: string | null;
  readonly place: string | null;
  /** Of the right answer. */
  readonly length: string | null;
}

interface Row {
  readonly id: number;
  readonly settings: string;
  readonly created_at: string;
  readonly samples: number;
  readonly left: number;
  readonly planned: number;
  readonly job_id: number | null;
  readonly state: string | null;
}

const SELECT = `
SELECT e.id, e.settings, e.created_at, j.id AS job_id, j.state,
  (SELECT COUNT(*) FROM evaluation_sample s WHERE s.evaluation_id = e.id) AS samples,
  (SELECT COUNT(*) FROM job_item i WHERE i.job_id = e.job_id AND i.state = 'queued') AS left,
  EXISTS (SELECT 1 FROM job_item i WHERE i.job_id = e.job_id) AS planned
FROM evaluation e LEFT JOIN job j ON j.id = e.job_id`;

/** Within the caller's transaction, which adds its samples. */
export function addEvaluation(db: WritableDb, settings: EvaluationSettings): number {
  return write(db, 'INSERT INTO evaluation (settings, created_at) VALUES (?, ?)').run(
    JSON.stringify(settings),
    new Date().toISOString(),
  ).lastId;
}

export function addEvaluatedSamples(
  db: WritableDb,
  evaluationId: number,
  samples: readonly EvaluatedSample[],
): void {
  const insert = write(
    db,
    `INSERT INTO evaluation_sample (evaluation_id, image_id, sample_id, scorer, language, dataset, tags, size, place, length)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const { imageId, sampleId, scorer, language, dataset, tags, size, place, length } of samples)
    insert.run(
      evaluationId,
      imageId,
      sampleId,
      scorer,
      language,
      dataset,
      JSON.stringify(tags),
      size,
      place,
      length,
    );
}

/** Which job works on it. */
export function setEvaluationJob(db: WritableDb, evaluationId: number, jobId: number): void {
  write(db, 'UPDATE evaluation SET job_id = ? WHERE id = ?').run(jobId, evaluationId);
}

/** Of one of its samples: its picture and whose rule counts its answers; null: it was removed. */
export function evaluatedSample(
  db: ReadableDb,
  evaluationId: number,
  sampleId: number,
): Pick<EvaluatedSample, 'imageId' | 'scorer'> | null {
  const row = read<{ image_id: number; scorer: string }>(
    db,
    'SELECT image_id, scorer FROM evaluation_sample WHERE sample_id = ? AND evaluation_id = ?',
  ).get(sampleId, evaluationId);
  return row ? { imageId: row.image_id, scorer: row.scorer } : null;
}

/** @throws FoveaError `not_found` */
export function getEvaluation(db: ReadableDb, id: number): Evaluation {
  const row = read<Row>(db, `${SELECT} WHERE e.id = ?`).get(id);
  if (row) return toEvaluation(row);
  throw new FoveaError('not_found', `there is no evaluation ${id}`, {
    next: 'List the evaluations of the project',
  });
}

/** The newest first. */
export function listEvaluations(db: ReadableDb, limit: number): Evaluation[] {
  return read<Row>(db, `${SELECT} ORDER BY e.id DESC LIMIT ?`).all(limit).map(toEvaluation);
}

/** Takes an evaluation away with all that it measured, within the caller's transaction. */
export function removeEvaluation(db: WritableDb, id: number): void {
  for (const table of ['evaluation_table', 'evaluation_result', 'evaluation_sample'])
    write(db, `DELETE FROM ${table} WHERE evaluation_id = ?`).run(id);
  write(db, 'DELETE FROM evaluation WHERE id = ?').run(id);
}

function toEvaluation(row: Row): Evaluation {
  const { id, settings, created_at, samples, left, planned, job_id, state } = row;
  // A job plans its samples when it is taken up.
  const waiting = planned === 0 && state !== 'done' ? samples : left;
  return {
    id,
    createdAt: created_at,
    settings: evaluationSettingsSchema.parse(JSON.parse(settings)),
    samples,
    done: Math.max(0, samples - waiting),
    job: job_id === null ? null : { id: job_id, state: jobSchema.shape.state.parse(state) },
  };
}
