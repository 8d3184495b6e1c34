/** The samples of a job, one row each: what is left, what is done, what failed and why. */
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { type Lease, requireLease } from './job.ts';

/** Replaces the items that are not done by `sampleIds`: a fresh plan for a new or taken-over job. */
export function planItems(db: WritableDb, lease: Lease, sampleIds: readonly number[]): void {
  transact(db, () => {
    requireLease(db, lease);
    write(db, "DELETE FROM job_item WHERE job_id = ? AND state <> 'done'").run(lease.jobId);
    const insert = write(
      db,
      `INSERT INTO job_item (job_id, sample_id, state) VALUES (?, ?, 'queued')
       ON CONFLICT (job_id, sample_id) DO UPDATE SET state = 'queued', deaths = 0, reason = NULL`,
    );
    for (const id of sampleIds) insert.run(lease.jobId, id);
  });
}

/** The next queued item, or null when none is left. */
export function nextItem(db: ReadableDb, jobId: number): { sampleId: number; deaths: number } | null {
  const row = read<{ sample_id: number; deaths: number }>(
    db,
    `SELECT sample_id, deaths FROM job_item WHERE job_id = ? AND state = 'queued' ORDER BY sample_id LIMIT 1`,
  ).get(jobId);
  return row ? { sampleId: row.sample_id, deaths: row.deaths } : null;
}

/** Up to `limit` queued items, by sample. */
export function nextItems(db: ReadableDb, jobId: number, limit: number): number[] {
  return read<{ sample_id: number }>(
    db,
    `SELECT sample_id FROM job_item WHERE job_id = ? AND state = 'queued' ORDER BY sample_id LIMIT ?`,
  )
    .all(jobId, limit)
    .map((row) => row.sample_id);
}

/** Marks an item done; part of the transaction that stores its result. */
export function itemDone(db: WritableDb, lease: Lease, sampleId: number): void {
  requireLease(db, lease);
  write(db, "UPDATE job_item SET state = 'done', reason = NULL WHERE job_id = ? AND sample_id = ?").run(
    lease.jobId,
    sampleId,
  );
}

/** Marks an item failed with its one-line reason. */
export function itemFailed(db: WritableDb, lease: Lease, sampleId: number, reason: string): void {
  transact(db, () => {
    requireLease(db, lease);
    write(db, "UPDATE job_item SET state = 'failed', reason = ? WHERE job_id = ? AND sample_id = ?").run(
      reason,
      lease.jobId,
      sampleId,
    );
    write(db, 'UPDATE job SET message = ? WHERE id = ?').run(reason, lease.jobId);
  });
}

/** Counts an engine death against an item and gives how many there were. */
export function itemDeath(db: WritableDb, lease: Lease, sampleId: number): number {
  return transact(db, () => {
    requireLease(db, lease);
    return write<{ deaths: number }>(
      db,
      'UPDATE job_item SET deaths = deaths + 1 WHERE job_id = ? AND sample_id = ? RETURNING deaths',
    ).get(lease.jobId, sampleId)!.deaths;
  });
}

/** How many items are queued still. */
export function countQueued(db: ReadableDb, jobId: number): number {
  return read<{ n: number }>(
    db,
    "SELECT COUNT(*) AS n FROM job_item WHERE job_id = ? AND state = 'queued'",
  ).get(jobId)!.n;
}

/** Failed items and their reasons, in queue order. */
export function failedItems(db: ReadableDb, jobId: number): { sampleId: number; reason: string }[] {
  const rows = read<{ sample_id: number; reason: string | null }>(
    db,
    "SELECT sample_id, reason FROM job_item WHERE job_id = ? AND state = 'failed' ORDER BY sample_id",
  ).all(jobId);
  return rows.map((row) => ({ sampleId: row.sample_id, reason: row.reason ?? 'failed' }));
}
