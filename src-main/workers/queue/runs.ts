/** Runs that are shared: what they are, their token, and which process writes what they find. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { SPEC_BYTES, specSchema, type RunSpec } from '../protocol/spec.ts';
import type { QueueDatabase } from './database.ts';

/** A host that was silent for so long is gone. */
const HOST_LOST_S = 60;

/** Chunks whose worker is silent for so long go to another one. */
export const HEARTBEAT_S = 60;
/** pg-boss's most. A chunk that takes longer is begun by another worker, which does what is left. */
const EXPIRE_S = 24 * 3600;
/** A chunk waits as long as it must. */
const KEEP_S = 365 * 24 * 3600;
/** Finished chunks say nothing that the results do not. */
const FINISHED_S = 3600;
/** Lost and refused chunks are always tried again; samples that end workers are found by themselves (`results.ts`). */
const RETRIES = 1_000_000;

export interface SharedRun {
  readonly key: string;
  readonly spec: RunSpec;
  readonly token: string;
  readonly host: string;
}

const rowSchema = z.object({
  key: z.uuid(),
  spec: z.unknown(),
  token: z.string().min(16).max(200),
  host: z.string().max(1000),
});
const COLUMNS = `key, CASE WHEN octet_length(spec::text) <= ${SPEC_BYTES} THEN spec END AS spec, token, host`;

/** Name of the run's queue. */
export function queueName(key: string): string {
  return `label/${key}`;
}

/** Of all runs, or of one, those that can be read; others are another program's, or of another version's form. */
export async function sharedRuns(queue: QueueDatabase, key: string | null = null): Promise<SharedRun[]> {
  const rows = await queue.rows(
    rowSchema,
    `SELECT ${COLUMNS} FROM fovea.run WHERE $1::uuid IS NULL OR key = $1 ORDER BY created_at, key LIMIT 1000`,
    [key],
  );
  return rows.flatMap(({ spec, ...row }) => {
    const parsed = specSchema.safeParse(spec);
    return parsed.success ? [{ ...row, spec: parsed.data }] : [];
  });
}

/** The first of these keys whose run is in the queue; null: none is. */
export async function knownKey(queue: QueueDatabase, keys: readonly string[]): Promise<string | null> {
  const rows = await queue.rows(
    z.object({ key: z.uuid() }),
    'SELECT key FROM fovea.run WHERE key = ANY($1::uuid[])',
    [keys],
  );
  return keys.find((key) => rows.some((row) => row.key === key)) ?? null;
}

/**
 * Makes the run, or takes up the one that is there, as its only host. What workers are told (`spec`) is today's from here on; chunks
 * keep the size they began with. @param host says which process of which project it is
 * @throws FoveaError `project_busy` while another one lives
 */
export async function holdRun(
  queue: QueueDatabase,
  key: string,
  spec: RunSpec,
  host: string,
  heartbeatSeconds = HEARTBEAT_S,
): Promise<SharedRun> {
  const token = randomBytes(32).toString('base64url');
  await queue.ask((boss) =>
    boss.createQueue(queueName(key), {
      heartbeatSeconds,
      expireInSeconds: EXPIRE_S,
      retentionSeconds: KEEP_S,
      deleteAfterSeconds: FINISHED_S,
      retryLimit: RETRIES,
      retryDelay: 0,
    }),
  );
  await queue.run(
    `INSERT INTO fovea.run (key, spec, token, host) VALUES ($1, $2, $3, $4)
     ON CONFLICT (key) DO UPDATE SET host = excluded.host, host_seen = now(),
       spec = excluded.spec || jsonb_build_object('chunkSize', run.spec -> 'chunkSize')
     WHERE run.host = excluded.host OR run.host_seen < now() - make_interval(secs => ${HOST_LOST_S})`,
    [key, JSON.stringify(spec), token, host],
  );
  const [run] = await sharedRuns(queue, key);
  if (run?.host === host) return run;
  throw new FoveaError('project_busy', 'another host writes what this run finds', {
    where: run?.host ?? queue.address.shown,
    next: `Let it finish there; if it is gone, try again in ${HOST_LOST_S} seconds`,
  });
}

/** Shows that the host lives. @throws FoveaError `project_busy` where another one took the run, or it was taken out of the queue */
export async function hostBeat(queue: QueueDatabase, key: string, host: string): Promise<void> {
  const rows = await queue.rows(
    z.object({ key: z.uuid() }),
    'UPDATE fovea.run SET host_seen = now() WHERE key = $1 AND host = $2 RETURNING key',
    [key, host],
  );
  if (rows.length > 0) return;
  throw new FoveaError('project_busy', 'the run was taken out of the queue, or over by another host', {
    where: queue.address.shown,
    next: 'See fovea jobs; labelling again with --queue does what is left',
  });
}

/** Takes a run out of the queue: its chunks, what was found and not written, and its token. */
export async function endRun(queue: QueueDatabase, key: string): Promise<void> {
  await queue.run('DELETE FROM fovea.run WHERE key = $1', [key]);
  await queue.ask((boss) => boss.deleteQueue(queueName(key)));
}
