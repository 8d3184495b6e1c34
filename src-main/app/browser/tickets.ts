/** Tickets: each lets one browser in, once, and only for a while. In memory only; the next start has its own. */
import { createHash } from 'node:crypto';
import { randomWord } from '../../../src-shared/rpc/handshake.ts';

/** Long enough for a tunnel to be set up. */
const VALID_MS = 3_600_000;
const MOST = 100;

export interface Tickets {
  issue(): string;
  /** @returns whether it was good; it is not any more */
  take(ticket: string): boolean;
}

export function createTickets(now: () => number = Date.now): Tickets {
  /** By hash, so that looking one up tells nothing by its duration; the oldest first. */
  const good = new Map<string, number>();
  return {
    issue() {
      const ticket = randomWord();
      good.set(hash(ticket), now() + VALID_MS);
      for (const oldest of good.keys()) {
        if (good.size <= MOST) break;
        good.delete(oldest);
      }
      return ticket;
    },
    take(ticket) {
      const until = good.get(hash(ticket));
      good.delete(hash(ticket));
      return until !== undefined && now() <= until;
    },
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
