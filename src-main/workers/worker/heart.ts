/** Shows that a chunk is worked on, from when it is taken: loading its run's model may take longer than a worker may be silent. */
import { touchChunk, type TakenChunk } from '../queue/chunks.ts';
import type { QueueDatabase } from '../queue/database.ts';

/** How often in the time after which a silent chunk is lost it shows itself. */
const BEATS = 4;

export interface Heart {
  /** The chunk went to another worker. */
  readonly lost: AbortSignal;
  stop(): void;
}

export function startHeart(queue: QueueDatabase, key: string, taken: TakenChunk): Heart {
  const lost = new AbortController();
  const beat = setInterval(
    () => {
      touchChunk(queue, key, taken).then(
        (held) => held || lost.abort(),
        // Where the database is away nobody else gets the chunk either; whether it is lost is heard when it is back.
        () => undefined,
      );
    },
    (taken.heartbeatSeconds * 1000) / BEATS,
  );
  return { lost: lost.signal, stop: () => clearInterval(beat) };
}
