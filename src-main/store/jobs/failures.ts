/** What a job failed on, by reason, and what of it is still to be tried again. */
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { addJob, getJobRecord } from './job.ts';

export interface FailureKind {
  /** Of the first one, without its place: equal words but for names and numbers are one kind. */
  readonly reason: string;
  readonly count: number;
  /** The first of them by sample. */
  readonly samples: readonly { readonly id: number; readonly externalId: string; readonly reason: string }[];
}

export interface Failures {
  /** The most frequent kind first. */
  readonly kinds: readonly FailureKind[];
  readonly failed: number;
  /** So many of them were told apart: the first ones by sample. */
  readonly lookedAt: number;
}

/** Failed items that are read to tell kinds apart: beyond that the kinds are known, and memory has an end. */
const LOOKED_AT = 20_000;
const KINDS = 40;
const OTHERS = 'other reasons';

/** @param most samples of each kind that are named */
export function failuresByReason(
  db: ReadableDb,
  jobId: number,
  most: number,
  lookedAt = LOOKED_AT,
): Failures {
  const rows = read<{ id: number; externalId: string; reason: string | null }>(
    db,
    `SELECT s.id, s.external_id AS externalId, i.reason FROM job_item i JOIN sample s ON s.id = i.sample_id
     WHERE i.job_id = ? AND i.state = 'failed' ORDER BY i.sample_id LIMIT ?`,
  ).all(jobId, lookedAt);
  const kinds = new Map<
    string,
    { reason: string; count: number; samples: FailureKind['samples'][number][] }
  >();
  for (const { id, externalId, reason } of rows) {
    const whole = reason ?? 'failed';
    const own = kindOf(whole);
    const key = kinds.has(own) || kinds.size < KINDS ? own : OTHERS;
    const kind = kinds.get(key) ?? {
      reason: key === OTHERS ? OTHERS : withoutPlace(whole),
      count: 0,
      samples: [],
    };
    kinds.set(key, kind);
    kind.count++;
    if (kind.samples.length < most) kind.samples.push({ id, externalId, reason: whole });
  }
  const { failed } = read<{ failed: number }>(
    db,
    "SELECT COUNT(*) AS failed FROM job_item WHERE job_id = ? AND state = 'failed'",
  ).get(jobId)!;
  return { kinds: [...kinds.values()].sort((a, b) => b.count - a.count), failed, lookedAt: rows.length };
}

/** Failed samples of job `j` that have no label of its run since, and that no later job of the run took up. */
const STILL_FAILED = `FROM job j JOIN job_item i ON i.job_id = j.id AND i.state = 'failed'
  WHERE j.id = ?
    AND NOT EXISTS (SELECT 1 FROM prediction p WHERE p.run_id = j.run_id AND p.sample_id = i.sample_id)
    AND NOT EXISTS (SELECT 1 FROM job k CROSS JOIN job_item n ON n.job_id = k.id
      WHERE n.sample_id = i.sample_id AND k.id > j.id AND (k.run_id = j.run_id OR k.retry_of = j.id)
        AND (n.state <> 'queued' OR k.state IN ('queued', 'running')))`;

/** How many failed samples of a job nobody managed or tried again since. */
export function countStillFailed(db: ReadableDb, jobId: number): number {
  return read<{ n: number }>(db, `SELECT COUNT(*) AS n ${STILL_FAILED}`).get(jobId)!.n;
}

/**
 * Queues a job of the same kind for just what {@link countStillFailed} counts.
 * @returns its id; null: nothing is left to try again
 */
export function addRetry(db: WritableDb, jobId: number, params: unknown): number | null {
  return transact(db, () => {
    if (countStillFailed(db, jobId) === 0) return null;
    const id = addJob(db, getJobRecord(db, jobId).type, null, params);
    write(
      db,
      `INSERT INTO job_item (job_id, sample_id, state) SELECT ?, i.sample_id, 'queued' ${STILL_FAILED}`,
    ).run(id, jobId);
    write(db, 'UPDATE job SET retry_of = ? WHERE id = ?').run(jobId, id);
    return id;
  });
}

/** The newest job that tries again what failed in this one; null: there is none. */
export function retriedBy(db: ReadableDb, jobId: number): number | null {
  return (
    read<{ id: number }>(db, 'SELECT id FROM job WHERE retry_of = ? ORDER BY id DESC LIMIT 1').get(jobId)
      ?.id ?? null
  );
}

/** ` (/data/a.png)`, as errors say where they are; one pair of brackets in it is part of it. */
const PLACE = / \((?:[^()]|\([^()]*\))*[\\/](?:[^()]|\([^()]*\))*\)/g;

function withoutPlace(reason: string): string {
  return reason.replace(PLACE, '');
}

function kindOf(reason: string): string {
  return withoutPlace(reason)
    .replace(/"(?:[^"\\]|\\.)*"|“[^”]*”/g, '“…”')
    .replace(/\d+/g, '#');
}
