/** How the queue stands: its runs with what is done and left of them, and who works on it. */
import { z } from 'zod';
import { countChunks, type ChunkCounts } from './chunks.ts';
import type { QueueDatabase } from './database.ts';
import { countResults, type ResultCounts } from './results.ts';
import { sharedRuns, type SharedRun } from './runs.ts';
import { listWorkers, type WorkerRow } from './workers.ts';

export interface RunStatus {
  readonly run: SharedRun;
  readonly chunks: ChunkCounts;
  readonly results: ResultCounts;
  /** Samples that were answered, failed ones too. */
  readonly answered: number;
  /** Samples that are to be answered, those included. */
  readonly samples: number;
  /** Samples a second of those who work on it now; null: nobody does, or nobody knows yet. */
  readonly rate: number | null;
  readonly etaSeconds: number | null;
  /** Since its host was last heard of. */
  readonly hostSilentSeconds: number;
  readonly workers: number;
}

export interface QueueStatus {
  readonly runs: readonly RunStatus[];
  readonly workers: readonly WorkerRow[];
  /** Of the database. */
  readonly bytes: number;
}

export async function queueStatus(queue: QueueDatabase): Promise<QueueStatus> {
  const workers = await listWorkers(queue);
  const runs: RunStatus[] = [];
  for (const run of await sharedRuns(queue)) {
    const [chunks, results, hostSilentSeconds] = [
      await countChunks(queue, run.key),
      await countResults(queue, run.key),
      await hostSilence(queue, run.key),
    ];
    const here = workers.filter((worker) => worker.here && worker.run === run.key);
    const rates = here.flatMap(({ rate }) => (rate === null ? [] : [rate]));
    const rate = rates.length > 0 ? rates.reduce((sum, one) => sum + one, 0) : null;
    const answered = results.waiting + results.written;
    const samples = Math.max(run.spec.samples, answered);
    const etaSeconds = rate ? (samples - answered) / rate : null;
    runs.push({
      run,
      chunks,
      results,
      answered,
      samples,
      rate,
      etaSeconds,
      hostSilentSeconds,
      workers: here.length,
    });
  }
  const [size] = await queue.rows(
    z.object({ bytes: z.coerce.number() }),
    'SELECT pg_database_size(current_database()) AS bytes',
  );
  return { runs, workers, bytes: size?.bytes ?? 0 };
}

async function hostSilence(queue: QueueDatabase, key: string): Promise<number> {
  const [row] = await queue.rows(
    z.object({ silent: z.coerce.number() }),
    'SELECT extract(epoch FROM now() - host_seen) AS silent FROM fovea.run WHERE key = $1',
    [key],
  );
  return row?.silent ?? 0;
}
