/** Samples of a job as others are told of them, who have no project: what is asked of which picture. */
import { type ReadableDb, read } from '../db.ts';

export interface SharedSample {
  readonly id: number;
  readonly question: string;
  readonly referenceAnswer: string | null;
  readonly imageId: number;
  readonly rootId: number;
  /** Of the picture, relative to its root. */
  readonly path: string;
  readonly bytes: number;
  readonly pictureVersion: number;
}

const SELECT = `
SELECT s.id, s.question, s.reference_answer AS referenceAnswer, i.id AS imageId, i.root_id AS rootId, i.path, i.bytes,
  i.version AS pictureVersion
FROM sample s JOIN image i ON i.id = s.image_id`;

/** Up to `limit` queued samples of a job after `after`, by number. */
export function queuedSamples(db: ReadableDb, jobId: number, after: number, limit: number): SharedSample[] {
  return read<SharedSample>(
    db,
    `${SELECT} WHERE s.id IN (
       SELECT sample_id FROM job_item WHERE job_id = ? AND state = 'queued' AND sample_id > ? ORDER BY sample_id LIMIT ?)
     ORDER BY s.id`,
  ).all(jobId, after, limit);
}

/** One sample as it is now; null: it was removed. */
export function sharedSample(db: ReadableDb, id: number): SharedSample | null {
  return read<SharedSample>(db, `${SELECT} WHERE s.id = ?`).get(id) ?? null;
}

/** Whether a job still has a sample to do. */
export function isQueued(db: ReadableDb, jobId: number, sampleId: number): boolean {
  return (
    read(db, "SELECT 1 FROM job_item WHERE job_id = ? AND sample_id = ? AND state = 'queued'").get(
      jobId,
      sampleId,
    ) !== undefined
  );
}
