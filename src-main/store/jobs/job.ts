/**
 * The durable queue. A running job is held under a lease (a random token, the process behind it, a heartbeat); every
 * write of its holder names the token, so a holder that lost the lease can write nothing more.
 */
import { randomBytes } from 'node:crypto';
import type { Job } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';

/** Who holds a lease. `started` tells two processes with the same number apart. */
export interface ProcessId {
  /** Boot and process namespace: process numbers mean the same thing only where this is equal. */
  readonly machine: string;
  readonly pid: number;
  readonly started: string;
}

export interface Lease {
  readonly jobId: number;
  readonly token: string;
}

/** What a person asked of a job: to rest until it is asked to go on, or to end with what it has. */
export type Asked = 'pause' | 'finish';

export interface JobRecord {
  readonly id: number;
  readonly type: Job['type'];
  readonly state: Job['state'];
  readonly runId: number | null;
  readonly params: unknown;
  readonly cancelRequested: boolean;
  readonly asked: Asked | null;
  /** Null when nobody holds it. */
  readonly holder: (ProcessId & { readonly heartbeatMs: number }) | null;
  /** The larger, the sooner its turn. */
  readonly front: number;
  /** The job whose failed samples this one tries again. */
  readonly retryOf: number | null;
  readonly createdAt: string;
  /** When it was taken up first. */
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** What its host noted of a shared queue's workers, as it was noted. */
  readonly workers: unknown;
}

interface Row {
  readonly id: number;
  readonly type: Job['type'];
  readonly state: Job['state'];
  readonly run_id: number | null;
  readonly params: string;
  readonly skipped: number;
  readonly message: string | null;
  readonly cancel_requested: number;
  readonly asked: Asked | null;
  readonly lease_token: string | null;
  readonly lease_machine: string | null;
  readonly lease_pid: number | null;
  readonly lease_started: string | null;
  readonly heartbeat_ms: number | null;
  readonly pace: number | null;
  readonly front: number;
  readonly retry_of: number | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly workers: string | null;
}

/** Queues a job and gives its id. */
export function addJob(db: WritableDb, type: Job['type'], runId: number | null, params: unknown): number {
  return write(
    db,
    "INSERT INTO job (type, state, run_id, params, created_at) VALUES (?, 'queued', ?, ?, ?)",
  ).run(type, runId, JSON.stringify(params), new Date().toISOString()).lastId;
}

/**
 * Takes a queued or running job: gives the lease, or null when the job is over or `isAlive` says its holder lives.
 */
export function claimJob(
  db: WritableDb,
  jobId: number,
  self: ProcessId,
  isAlive: (holder: ProcessId & { readonly heartbeatMs: number }) => boolean,
): Lease | null {
  return transact(db, () => {
    const job = getJobRecord(db, jobId);
    if (job.state !== 'queued' && job.state !== 'running') return null;
    if (job.holder && isAlive(job.holder)) return null;
    const token = randomBytes(16).toString('hex');
    write(
      db,
      `UPDATE job SET state = 'running', lease_token = ?, lease_machine = ?, lease_pid = ?, lease_started = ?,
         heartbeat_ms = ?, pace = NULL, started_at = COALESCE(started_at, ?) WHERE id = ?`,
    ).run(token, self.machine, self.pid, self.started, Date.now(), new Date().toISOString(), jobId);
    return { jobId, token };
  });
}

/**
 * Shows that the holder lives and how fast it is, and gives what was asked of it. Throws `project_busy` if it was taken.
 * @param pace items a second; null: not known
 */
export function heartbeat(
  db: WritableDb,
  lease: Lease,
  pace: number | null = null,
): { cancelRequested: boolean; asked: Asked | null } {
  const row = write<{ cancel_requested: number; asked: Asked | null }>(
    db,
    'UPDATE job SET heartbeat_ms = ?, pace = ? WHERE id = ? AND lease_token = ? RETURNING cancel_requested, asked',
  ).get(Date.now(), pace, lease.jobId, lease.token);
  if (!row) throw leaseLost(lease.jobId);
  return { cancelRequested: row.cancel_requested === 1, asked: row.asked };
}

/** Throws `project_busy` unless the lease still holds. Call it inside the transaction it is to guard. */
export function requireLease(db: ReadableDb, lease: Lease): void {
  const held = read(db, 'SELECT 1 FROM job WHERE id = ? AND lease_token = ?').get(lease.jobId, lease.token);
  if (!held) throw leaseLost(lease.jobId);
}

/** Ends a held job and lets go of it. */
export function finishJob(
  db: WritableDb,
  lease: Lease,
  state: 'done' | 'failed' | 'cancelled',
  message: string | null,
): void {
  transact(db, () => {
    requireLease(db, lease);
    write(
      db,
      `UPDATE job SET state = ?, message = COALESCE(?, message), finished_at = ?, lease_token = NULL,
         lease_machine = NULL, lease_pid = NULL, lease_started = NULL, heartbeat_ms = NULL WHERE id = ?`,
    ).run(state, message, new Date().toISOString(), lease.jobId);
  });
}

/** Lets go of a job that is to be continued later, by anyone. */
export function releaseJob(db: WritableDb, lease: Lease): void {
  write(
    db,
    `UPDATE job SET state = 'queued', lease_token = NULL, lease_machine = NULL, lease_pid = NULL,
       lease_started = NULL, heartbeat_ms = NULL WHERE id = ? AND lease_token = ?`,
  ).run(lease.jobId, lease.token);
}

/** Notes which run a held job works on. */
export function setJobRun(db: WritableDb, lease: Lease, runId: number): void {
  requireLease(db, lease);
  write(db, 'UPDATE job SET run_id = ? WHERE id = ?').run(runId, lease.jobId);
}

/** Ends a job whose holder is gone: its lease is void from now on, another job does what was left. */
export function supersedeJob(db: WritableDb, jobId: number, message: string): void {
  write(
    db,
    "UPDATE job SET state = 'cancelled', message = ?, finished_at = ?, lease_token = NULL WHERE id = ?",
  ).run(message, new Date().toISOString(), jobId);
}

/** Asks the holder to stop; a job nobody holds is cancelled at once. Throws `not_found`. */
export function requestCancel(db: WritableDb, jobId: number): void {
  transact(db, () => {
    const job = getJobRecord(db, jobId);
    if (job.state !== 'queued' && job.state !== 'running') return;
    write(db, 'UPDATE job SET cancel_requested = 1 WHERE id = ?').run(jobId);
    if (job.holder) return;
    write(db, "UPDATE job SET state = 'cancelled', finished_at = ? WHERE id = ?").run(
      new Date().toISOString(),
      jobId,
    );
  });
}

/** Asks something of a job that is not over, or takes that back. @returns whether it was not over */
export function askJob(db: WritableDb, jobId: number, asked: Asked | null): boolean {
  const job = write(
    db,
    "UPDATE job SET asked = ? WHERE id = ? AND state IN ('queued', 'running') RETURNING id",
  ).get(asked, jobId);
  return job !== undefined;
}

/** Notes how many samples needed no work and the latest failure's reason. */
export function noteJob(db: WritableDb, jobId: number, note: { skipped?: number; message?: string }): void {
  write(db, 'UPDATE job SET skipped = COALESCE(?, skipped), message = COALESCE(?, message) WHERE id = ?').run(
    note.skipped ?? null,
    note.message ?? null,
    jobId,
  );
}

/** Notes what is known of the workers of a shared queue that work on a held job; anything that JSON can say. */
export function noteWorkers(db: WritableDb, lease: Lease, workers: unknown): void {
  requireLease(db, lease);
  write(db, 'UPDATE job SET workers = ? WHERE id = ?').run(JSON.stringify(workers), lease.jobId);
}

/** Throws `not_found`. */
export function getJobRecord(db: ReadableDb, jobId: number): JobRecord {
  return toRecord(rowOf(db, jobId));
}

/** Jobs that are not over, in the order of their turns: those that somebody moved to the front, then the oldest. */
export function unfinishedJobs(db: ReadableDb): JobRecord[] {
  const rows = read<Row>(
    db,
    "SELECT * FROM job WHERE state IN ('queued', 'running') ORDER BY front DESC, id",
  ).all();
  return rows.map(toRecord);
}

/** Its turn comes before that of every other job that waits now. */
export function moveToFront(db: WritableDb, jobId: number): void {
  write(
    db,
    `UPDATE job SET front = 1 + (SELECT MAX(front) FROM job WHERE state IN ('queued', 'running')) WHERE id = ?`,
  ).run(jobId);
}

/** Jobs of a run, the newest first. */
export function jobsOfRun(db: ReadableDb, runId: number): JobRecord[] {
  return read<Row>(db, 'SELECT * FROM job WHERE run_id = ? ORDER BY id DESC').all(runId).map(toRecord);
}

/**
 * A job with its counts. Rate and time left are those that its holder last showed; the process that runs it knows better. Throws
 * `not_found`.
 */
export function getJob(db: ReadableDb, jobId: number): Job {
  return toJob(db, rowOf(db, jobId));
}

/** The newest `limit` jobs, newest first. */
export function listJobs(db: ReadableDb, limit = 100): Job[] {
  const rows = read<Row>(db, 'SELECT * FROM job ORDER BY id DESC LIMIT ?').all(limit);
  return rows.map((row) => toJob(db, row));
}

/** Up to `limit` jobs, newest first, after `skip` newer ones. */
export function jobIds(db: ReadableDb, skip: number, limit: number): number[] {
  return read<{ id: number }>(db, 'SELECT id FROM job ORDER BY id DESC LIMIT ? OFFSET ?')
    .all(limit, skip)
    .map(({ id }) => id);
}

export function countJobs(db: ReadableDb): number {
  return read<{ n: number }>(db, 'SELECT COUNT(*) AS n FROM job').get()!.n;
}

function rowOf(db: ReadableDb, jobId: number): Row {
  const row = read<Row>(db, 'SELECT * FROM job WHERE id = ?').get(jobId);
  if (row) return row;
  throw new FoveaError('not_found', `there is no job ${jobId}`, { next: 'List the jobs of the project' });
}

function leaseLost(jobId: number): FoveaError {
  return new FoveaError('project_busy', `another process took over job ${jobId}`, {
    next: 'Let it finish there; what was done so far is saved',
  });
}

function toRecord(row: Row): JobRecord {
  return {
    id: row.id,
    type: row.type,
    state: row.state,
    runId: row.run_id,
    params: JSON.parse(row.params) as unknown,
    cancelRequested: row.cancel_requested === 1,
    asked: row.asked,
    holder:
      row.lease_token === null
        ? null
        : {
            machine: row.lease_machine!,
            pid: row.lease_pid!,
            started: row.lease_started!,
            heartbeatMs: row.heartbeat_ms!,
          },
    front: row.front,
    retryOf: row.retry_of,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    workers: row.workers === null ? null : (JSON.parse(row.workers) as unknown),
  };
}

function toJob(db: ReadableDb, row: Row): Job {
  const counts = read<{ total: number; done: number; failed: number }>(
    db,
    `SELECT COUNT(*) AS total, COALESCE(SUM(state = 'done'), 0) AS done, COALESCE(SUM(state = 'failed'), 0) AS failed
     FROM job_item WHERE job_id = ?`,
  ).get(row.id)!;
  const rate = row.state === 'running' ? row.pace : null;
  const left = counts.total - counts.done - counts.failed;
  return {
    id: row.id,
    type: row.type,
    state: row.state,
    ...counts,
    skipped: row.skipped,
    asked: row.asked,
    rate,
    etaSeconds: rate && counts.total > 0 ? left / rate : null,
    message: row.message,
    createdAt: row.created_at,
  };
}
