/** Tickets: each lets one page in, and only for a while. In memory only; the next start has its own. */
import { createHash } from 'node:crypto';
import { randomWord, type Ticket } from '../../../src-shared/rpc/handshake.ts';

/** Long enough for a tunnel to be set up. */
const VALID_MS = 3_600_000;
const MOST = 100;

export interface Tickets {
  issue(): string;
  /** @returns whether it was good; from now on it is so for nobody but this claim */
  take(ticket: Ticket): boolean;
  /** Whether it would be good. */
  holds(ticket: Ticket): boolean;
}

export function createTickets(now: () => number = Date.now): Tickets {
  /** By hash, so that looking one up tells nothing by its duration; the oldest first. */
  const good = new Map<string, { readonly until: number; claim: string | null }>();
  const holds = ({ word, claim }: Ticket): boolean => {
    const known = good.get(hash(word));
    return known !== undefined && now() <= known.until && (known.claim ?? hash(claim)) === hash(claim);
  };
  return {
    issue() {
      const ticket = randomWord();
      good.set(hash(ticket), { until: now() + VALID_MS, claim: null });
      for (const oldest of good.keys()) {
        if (good.size <= MOST) break;
        good.delete(oldest);
      }
      return ticket;
    },
    take(ticket) {
      if (!holds(ticket)) return false;
      good.get(hash(ticket.word))!.claim ??= hash(ticket.claim);
      return true;
    },
    holds,
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
