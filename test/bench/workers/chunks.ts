/** How fast chunks go into the queue, and what they take there. */
import { z } from 'zod';
import { chunkId, packChunk } from '../../../src-main/workers/protocol/chunk.ts';
import { putChunks } from '../../../src-main/workers/queue/chunks.ts';
import { queueAddress } from '../../../src-main/workers/queue/address.ts';
import { QueueDatabase } from '../../../src-main/workers/queue/database.ts';
import { queueName } from '../../../src-main/workers/queue/runs.ts';

const SIZE = 200;
const AT_ONCE = 100;
const NO_HASH = '0'.repeat(64);

export interface EnqueueReport {
  readonly chunks: number;
  readonly samples: number;
  readonly seconds: number;
  /** In the database, indexes with them. */
  readonly bytesPerChunk: number;
}

/** Questions and paths as a data set has them: a template with its own words, pictures in some folders. */
function chunkOf(key: string, part: number) {
  const samples = Array.from({ length: SIZE }, (_, i) => {
    const id = part * SIZE + i + 1;
    const path = `train/part-${id % 97}/COCO_train2014_${String((id * 7919) % 1e9).padStart(12, '0')}.jpg`;
    const question = `What is written on the ${WORDS[id % 7]} ${WORDS[(id * 31) % 11]} beside number ${id % 1000} ?`;
    return {
      id,
      question,
      answer: null,
      picture: { id, root: 1, path, bytes: (id * 104_729) % 900_000, version: 1 },
    };
  });
  return packChunk({ run: key, model: NO_HASH, preset: NO_HASH, samples });
}

const WORDS = ['red', 'blue', 'green', 'small', 'left', 'upper', 'wooden', 'sign', 'door', 'bottle', 'page'];

export async function chunksIn(url: string, key: string, chunks: number): Promise<EnqueueReport> {
  const address = await queueAddress({ argument: url, file: undefined }, {});
  const queue = await QueueDatabase.open(address, { name: 'bench', connections: 4 });
  try {
    await queue.ask((boss) => boss.createQueue(queueName(key), { heartbeatSeconds: 60 }));
    const before = await size(queue);
    const started = performance.now();
    for (let part = 0; part < chunks; part += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, chunks - part) }, (_, i) => ({
        id: chunkId(key, part + i, 0),
        chunk: chunkOf(key, part + i),
      }));
      await putChunks(queue, key, some);
    }
    const seconds = (performance.now() - started) / 1000;
    const bytesPerChunk = ((await size(queue)) - before) / chunks;
    await queue.ask((boss) => boss.deleteQueue(queueName(key)));
    return { chunks, samples: chunks * SIZE, seconds, bytesPerChunk };
  } finally {
    await queue.close();
  }
}

async function size(queue: QueueDatabase): Promise<number> {
  const [row] = await queue.rows(
    z.object({ bytes: z.coerce.number() }),
    'SELECT pg_database_size(current_database()) AS bytes',
  );
  return row?.bytes ?? 0;
}
