/** Results on their way from workers to the host: one row for a run's sample, written as often as it likes to be delivered. */
import { z } from 'zod';
import type { ChunkSample } from '../protocol/chunk.ts';
import { RESULT_BYTES } from '../protocol/result.ts';
import type { QueueDatabase } from './database.ts';
import { BEGUN, FOUND, WRITTEN } from './tables.ts';

/** What is known of a chunk's samples, as far as it is of what they are asked. */
export interface KnownOfChunk {
  /** These need no work: they were answered, by whichever worker. */
  readonly answered: ReadonlySet<number>;
  /** How many workers began the others and ended without a word. */
  readonly begun: ReadonlyMap<number, number>;
}

export async function knownOfChunk(
  queue: QueueDatabase,
  key: string,
  samples: readonly ChunkSample[],
): Promise<KnownOfChunk> {
  const rows = await queue.rows(
    z.object({ sample: z.coerce.number(), begun: z.number(), answered: z.boolean() }),
    `SELECT r.sample, r.begun, r.state <> ${BEGUN} AS answered
     FROM fovea.result r JOIN unnest($2::bigint[], $3::text[]) a (sample, asked) ON a.sample = r.sample AND a.asked = r.asked
     WHERE r.run = $1`,
    [key, samples.map(({ id }) => id), samples.map(({ asked }) => asked)],
  );
  return {
    answered: new Set(rows.filter(({ answered }) => answered).map(({ sample }) => sample)),
    begun: new Map(rows.map(({ sample, begun }) => [sample, begun])),
  };
}

/** Notes that a worker begins a sample. @throws FoveaError `not_found` where the run is over */
export async function beginSample(
  queue: QueueDatabase,
  key: string,
  worker: string,
  { id, asked }: ChunkSample,
): Promise<void> {
  await queue.run(
    `INSERT INTO fovea.result AS r (run, sample, asked, state, begun, worker) VALUES ($1, $2, $3, ${BEGUN}, 1, $4)
     ON CONFLICT (run, sample) DO UPDATE SET worker = excluded.worker, at = now(),
       begun = CASE WHEN r.asked = excluded.asked THEN least(r.begun + 1, 1000) ELSE 1 END,
       state = ${BEGUN}, body = NULL, asked = excluded.asked
     WHERE r.state = ${BEGUN} OR r.asked <> excluded.asked`,
    [key, id, asked, worker],
  );
}

/** Takes back that a sample was begun: its worker was asked to stop, and did not die of it. */
export async function unbeginSample(
  queue: QueueDatabase,
  key: string,
  { id, asked }: ChunkSample,
): Promise<void> {
  await queue.run(
    `UPDATE fovea.result SET begun = greatest(begun - 1, 0) WHERE run = $1 AND sample = $2 AND asked = $3
       AND state = ${BEGUN}`,
    [key, id, asked],
  );
}

/** Puts a result in. One that was written already, or is of the same question, is left as it is. */
export async function putResult(
  queue: QueueDatabase,
  key: string,
  worker: string,
  { id, asked }: ChunkSample,
  { body, failed }: { readonly body: Uint8Array; readonly failed: boolean },
): Promise<void> {
  await queue.run(
    `INSERT INTO fovea.result AS r (run, sample, asked, state, begun, failed, worker, body)
     VALUES ($1, $2, $3, ${FOUND}, 1, $4, $5, $6)
     ON CONFLICT (run, sample) DO UPDATE SET asked = excluded.asked, state = ${FOUND}, failed = excluded.failed,
       worker = excluded.worker, body = excluded.body, at = now()
     WHERE r.state = ${BEGUN} OR r.asked <> excluded.asked`,
    [key, id, asked, failed, worker, body],
  );
}

export interface DeliveredResult {
  readonly sample: number;
  readonly asked: string;
  /** Null: more bytes than any result has. */
  readonly body: Uint8Array | null;
}

const deliveredSchema = z.object({
  sample: z.coerce.number().int().positive(),
  asked: z.string().max(64),
  body: z.instanceof(Uint8Array).nullable(),
});

/** Up to `limit` results that the host has not written yet. */
export function deliveredResults(
  queue: QueueDatabase,
  key: string,
  limit: number,
): Promise<DeliveredResult[]> {
  return queue.rows(
    deliveredSchema,
    `SELECT sample, asked, CASE WHEN octet_length(body) <= ${RESULT_BYTES} THEN body END AS body
     FROM fovea.result WHERE run = $1 AND state = ${FOUND} ORDER BY sample LIMIT ${limit}`,
    [key],
  );
}

/** Notes that results are in the project; what they held goes. */
export async function markWritten(
  queue: QueueDatabase,
  key: string,
  written: readonly Pick<DeliveredResult, 'sample' | 'asked'>[],
): Promise<void> {
  await queue.run(
    `UPDATE fovea.result r SET state = ${WRITTEN}, body = NULL
     FROM unnest($2::bigint[], $3::text[]) a (sample, asked)
     WHERE r.run = $1 AND r.sample = a.sample AND r.asked = a.asked`,
    [key, written.map(({ sample }) => sample), written.map(({ asked }) => asked)],
  );
}

/** Forgets what was said of samples: they are to be asked for again. */
export async function forgetResults(
  queue: QueueDatabase,
  key: string,
  samples: readonly number[],
): Promise<void> {
  await queue.run('DELETE FROM fovea.result WHERE run = $1 AND sample = ANY($2::bigint[])', [key, samples]);
}

const countSchema = z.object({
  waiting: z.coerce.number(),
  written: z.coerce.number(),
  failed: z.coerce.number(),
  bytes: z.coerce.number(),
  recent: z.coerce.number(),
});
export type ResultCounts = z.infer<typeof countSchema>;

/** Results that wait for the host and their bytes, those written, those of both that failed, and those of the last minute. */
export async function countResults(queue: QueueDatabase, key: string): Promise<ResultCounts> {
  const [counts] = await queue.rows(
    countSchema,
    `SELECT count(*) FILTER (WHERE state = ${FOUND}) AS waiting, count(*) FILTER (WHERE state = ${WRITTEN}) AS written,
       count(*) FILTER (WHERE failed) AS failed, coalesce(sum(octet_length(body)), 0) AS bytes,
       count(*) FILTER (WHERE at > now() - interval '1 minute') AS recent
     FROM fovea.result WHERE run = $1 AND state <> ${BEGUN}`,
    [key],
  );
  return counts ?? { waiting: 0, written: 0, failed: 0, bytes: 0, recent: 0 };
}
