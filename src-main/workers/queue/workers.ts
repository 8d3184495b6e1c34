/** Who works on the queue: each worker says now and then what it does; one that is silent is gone. */
import { z } from 'zod';
import type { QueueDatabase } from './database.ts';

/** How often a worker shows itself. */
export const SHOW_MS = 5_000;
const GONE_S = 30;

const workerSchema = z.object({
  id: z.uuid(),
  /** Machine and process number. */
  name: z.string(),
  device: z.string().nullable(),
  /** The run it works on; null: none just now. */
  run: z.uuid().nullable(),
  done: z.coerce.number(),
  failed: z.coerce.number(),
  rate: z.number().nullable(),
  /** What keeps it from working; null: nothing. */
  note: z.string().nullable(),
  silentSeconds: z.coerce.number(),
  here: z.boolean(),
});
export type WorkerRow = z.infer<typeof workerSchema>;

export type WorkerState = Pick<
  WorkerRow,
  'id' | 'name' | 'device' | 'run' | 'done' | 'failed' | 'rate' | 'note'
>;

/** Shows the worker as it is now. */
export async function showWorker(queue: QueueDatabase, worker: WorkerState): Promise<void> {
  const { id, name, device, run, done, failed, rate, note } = worker;
  await queue.run(
    `INSERT INTO fovea.worker (id, name, device, run, done, failed, rate, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (id) DO UPDATE SET device = excluded.device, run = excluded.run, done = excluded.done,
       failed = excluded.failed, rate = excluded.rate, note = excluded.note, seen_at = now()`,
    [id, name.slice(0, 300), device, run, done, failed, rate, note?.slice(0, 2000) ?? null],
  );
}

/** Takes a worker that ends off the list. */
export async function removeWorker(queue: QueueDatabase, id: string): Promise<void> {
  await queue.run('DELETE FROM fovea.worker WHERE id = $1', [id]);
}

/** Those of the last day, the newest first; one that is silent for half a minute is not `here`. */
export async function listWorkers(queue: QueueDatabase): Promise<WorkerRow[]> {
  await queue.run("DELETE FROM fovea.worker WHERE seen_at < now() - interval '1 day'");
  return queue.rows(
    workerSchema,
    `SELECT id, left(name, 300) AS name, left(device, 200) AS device, run, done, failed, rate, left(note, 2000) AS note,
       extract(epoch FROM now() - seen_at) AS "silentSeconds",
       seen_at > now() - make_interval(secs => ${GONE_S}) AS here
     FROM fovea.worker ORDER BY started_at DESC LIMIT 10000`,
  );
}
