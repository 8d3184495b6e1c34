/**
 * How jobs ended that nobody could write down: the disk was full, say. They are written as soon as that is possible, and until
 * then this process knows that nothing works on them any more.
 */
import type { Job } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ReadableDb, WritableDb } from '../../store/db.ts';
import { finishJob, type Lease } from '../../store/jobs/job.ts';
import { transact } from '../../store/db.ts';
import { isBusy, patiently } from '../../store/patience.ts';

const AGAIN_MS = 2000;

interface Ending {
  readonly message: string;
  readonly write: () => void;
  readonly told: () => void;
}

/** By the project's connection and the job. */
const unwritten = new WeakMap<ReadableDb, Map<number, Ending>>();

/**
 * Ends a job as failed, with what else is to be written of that; now, or when the disk takes it again.
 * @param told hears that it was written
 */
export async function endAsFailed(
  db: WritableDb,
  lease: Lease,
  error: FoveaError,
  also: () => void,
  told: () => void,
): Promise<void> {
  const message = error.toLine();
  const write = (): void =>
    transact(db, () => {
      finishJob(db, lease, 'failed', message);
      also();
    });
  try {
    await patiently(write);
    told();
  } catch (thrown) {
    if (!mayPass(thrown)) return;
    const endings = unwritten.get(db) ?? new Map<number, Ending>();
    unwritten.set(db, endings.set(lease.jobId, { message, write, told }));
    told();
    const again = setInterval(() => {
      writeEndings(db);
      if (!endings.has(lease.jobId)) clearInterval(again);
    }, AGAIN_MS);
    again.unref();
  }
}

/** Writes down now what could not be written before. Never throws: what cannot be written still waits. */
export function writeEndings(db: ReadableDb): void {
  const endings = unwritten.get(db);
  for (const [jobId, { write, told }] of endings ?? []) {
    try {
      write();
    } catch (thrown) {
      if (mayPass(thrown)) continue;
    }
    endings?.delete(jobId);
    told();
  }
}

/** Why a job failed whose end is not written yet; null: it is, or it goes on. */
export function unwrittenEnding(db: ReadableDb, jobId: number): string | null {
  return unwritten.get(db)?.get(jobId)?.message ?? null;
}

/** A job as it stands, its end included where that is not written yet. */
export function asEnded(db: ReadableDb, job: Job): Job {
  const message = unwrittenEnding(db, job.id);
  return message === null ? job : { ...job, state: 'failed', message };
}

/** Whether the same write may be taken later. A lease that was taken over, and a project that was closed, stay so. */
function mayPass(thrown: unknown): boolean {
  const { code } = FoveaError.from(thrown);
  return code === 'no_space' || code === 'read_only' || code === 'io' || isBusy(thrown);
}
