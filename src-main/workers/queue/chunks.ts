/** Chunks on pg-boss: put in, taken by one worker at a time, shown to be worked on, finished or given back. */
import { z } from 'zod';
import type { PackedChunk } from '../protocol/chunk.ts';
import { BOSS_SCHEMA, type QueueDatabase } from './database.ts';
import { queueName } from './runs.ts';

export interface TakenChunk {
  readonly id: string;
  /** Which attempt this is: what another one does since is not this one's to settle. */
  readonly retryCount: number;
  readonly heartbeatSeconds: number;
  /** As it lies in the database, to be parsed. */
  readonly data: unknown;
}

const SETTLED = z.object({ affected: z.number() });

/** Puts chunks in by their names; one that is there already is left as it is. */
export async function putChunks(
  queue: QueueDatabase,
  key: string,
  chunks: readonly { readonly id: string; readonly chunk: PackedChunk }[],
): Promise<void> {
  const jobs = chunks.map(({ id, chunk }) => ({ id, data: chunk }));
  await queue.ask((boss) => boss.insert(queueName(key), jobs));
}

/** The next chunk of a run; null: none waits. */
export async function takeChunk(queue: QueueDatabase, key: string): Promise<TakenChunk | null> {
  const [job] = await queue.ask((boss) => boss.fetch<object>(queueName(key), { batchSize: 1 }));
  if (!job) return null;
  const { id, retryCount, heartbeatSeconds, data } = job;
  return { id, retryCount, heartbeatSeconds: heartbeatSeconds ?? 60, data };
}

/** Shows that it is worked on. @returns whether it still is this worker's */
export async function touchChunk(queue: QueueDatabase, key: string, chunk: TakenChunk): Promise<boolean> {
  const { id, retryCount } = chunk;
  const answer = await queue.ask((boss) => boss.touch(queueName(key), { id, retryCount }));
  return SETTLED.parse(answer).affected > 0;
}

/** Ends it, if it still is this worker's. */
export async function finishChunk(queue: QueueDatabase, key: string, chunk: TakenChunk): Promise<void> {
  const { id, retryCount } = chunk;
  await queue.ask((boss) => boss.complete(queueName(key), { id, retryCount }));
}

/** Gives it back for another worker, if it still is this one's. */
export async function giveBackChunk(
  queue: QueueDatabase,
  key: string,
  chunk: TakenChunk,
  reason: string,
): Promise<void> {
  const { id, retryCount } = chunk;
  await queue.ask((boss) => boss.fail(queueName(key), { id, retryCount }, { reason }));
}

const stateSchema = z.object({ id: z.uuid(), unfinished: z.boolean() });

/** Which of these chunks are in the queue, and whether they are still to be done. */
export async function chunkStates(
  queue: QueueDatabase,
  key: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  const rows = await queue.rows(
    stateSchema,
    `SELECT id, state < 'completed' AS unfinished FROM ${BOSS_SCHEMA}.job WHERE name = $1 AND id = ANY($2::uuid[])`,
    [queueName(key), ids],
  );
  return new Map(rows.map(({ id, unfinished }) => [id, unfinished]));
}

const countSchema = z.object({
  waiting: z.coerce.number(),
  active: z.coerce.number(),
  retried: z.coerce.number(),
});
export type ChunkCounts = z.infer<typeof countSchema>;

/** Chunks that wait, those that workers hold, and of both those that were given back or lost before. */
export async function countChunks(queue: QueueDatabase, key: string): Promise<ChunkCounts> {
  const [counts] = await queue.rows(
    countSchema,
    `SELECT count(*) FILTER (WHERE state < 'active') AS waiting, count(*) FILTER (WHERE state = 'active') AS active,
       count(*) FILTER (WHERE retry_count > 0) AS retried
     FROM ${BOSS_SCHEMA}.job WHERE name = $1 AND state < 'completed'`,
    [queueName(key)],
  );
  return counts ?? { waiting: 0, active: 0, retried: 0 };
}
