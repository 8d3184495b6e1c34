/** What the host sees of the workers on its run: kept in the project for whoever looks at its jobs. No address, no token. */
import type { SharedWork } from '../../../src-shared/contract/procedures.ts';
import { countChunks } from '../queue/chunks.ts';
import type { QueueDatabase } from '../queue/database.ts';
import { listWorkers } from '../queue/workers.ts';

/** A queue may have thousands: those at work on the run first, then those that are there. */
const NAMED = 50;

export async function seenWork(queue: QueueDatabase, key: string): Promise<SharedWork> {
  const workers = (await listWorkers(queue)).map(
    ({ name, device, run, done, failed, rate, note, here, silentSeconds }) => ({
      name,
      device,
      done,
      failed,
      rate,
      silentSeconds: Math.max(0, silentSeconds),
      here,
      atWork: here && run === key,
      note,
    }),
  );
  const weight = ({ atWork, here }: (typeof workers)[number]): number => (atWork ? 2 : here ? 1 : 0);
  return {
    at: new Date().toISOString(),
    chunks: await countChunks(queue, key),
    workers: workers.sort((a, b) => weight(b) - weight(a)).slice(0, NAMED),
  };
}
