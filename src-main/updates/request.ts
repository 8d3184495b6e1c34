/**
 * One GET to the feed. Redirects are followed here, to https alone; a server that falls silent is given up on. Nothing is
 * sent that tells one person from another: no version, no cookie, no number of theirs.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { isLoopback } from './settings.ts';

const REDIRECTS = 5;

/** The way to the feed, or the feed itself, fails now; the same request may work later. */
export class Passing extends Error {}

export interface FeedRequest {
  readonly signal: AbortSignal;
  /** Silence after which a connection counts as lost, ms. */
  readonly stallMs: number;
  /** Asks for the rest from this byte on. */
  readonly from?: number;
}

export interface FeedAnswer {
  readonly response: Response;
  /** The body piece by piece. Throws {@link Passing} where it breaks off, FoveaError `cancelled` where `signal` says so. */
  readonly pieces: AsyncGenerator<Uint8Array, void, undefined>;
  /** Lets go of a body that nobody wants. */
  drop(): Promise<void>;
}

/** @throws Passing, or FoveaError `cancelled` or `network` */
export async function ask(url: URL, { signal, stallMs, from = 0 }: FeedRequest): Promise<FeedAnswer> {
  const stall = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const touch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(), stallMs);
  };
  const failure = (thrown: unknown): Error => {
    clearTimeout(timer);
    if (thrown instanceof FoveaError) return thrown;
    if (signal.aborted) return cancelled();
    return new Passing(stall.signal.aborted ? `${url.host} stopped sending` : reason(thrown, url));
  };
  touch();
  try {
    const response = await follow(url, from, AbortSignal.any([signal, stall.signal]));
    touch();
    const drop = async (): Promise<void> => {
      clearTimeout(timer);
      await response.body?.cancel().catch(() => undefined);
    };
    return { response, pieces: read(response, touch, failure, drop), drop };
  } catch (thrown) {
    throw failure(thrown);
  }
}

/** The text of a small file. @throws as {@link ask}, and FoveaError `not_found` or `network` */
export async function readText(url: URL, most: number, options: FeedRequest): Promise<string> {
  const { response, pieces, drop } = await ask(url, options);
  if (response.status !== 200) {
    await drop();
    throw refusal(response.status, url);
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > most) throw networkError(`the feed sends more than ${most} bytes`, url);
    parts.push(piece);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** An answer that is no success. */
export function refusal(status: number, url: URL): Error {
  if (status === 408 || status === 429 || status >= 500) return new Passing(`the feed answers ${status}`);
  if (status !== 404) return networkError(`the feed answers ${status}`, url);
  return new FoveaError('not_found', 'the feed has no such file', {
    where: plain(url),
    next: 'Try again later: a release may be on its way there',
  });
}

export function networkError(message: string, url: URL): FoveaError {
  return new FoveaError('network', message, {
    where: plain(url),
    next: 'Check the network, then check for updates again',
  });
}

export function cancelled(): FoveaError {
  return new FoveaError('cancelled', 'the download was stopped', {
    next: 'Check for updates again: it goes on where it stopped',
  });
}

async function follow(start: URL, from: number, signal: AbortSignal): Promise<Response> {
  let url = start;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    // Bytes are counted and hashed as they are stored.
    const headers = new Headers({ 'accept-encoding': 'identity', 'user-agent': 'fovea' });
    if (from > 0) headers.set('range', `bytes=${from}-`);
    const response = await fetch(url, {
      headers,
      redirect: 'manual',
      cache: 'no-store',
      credentials: 'omit',
      signal,
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    const next = URL.canParse(location, url.href) ? new URL(location, url) : null;
    // On this machine: only from this machine.
    if (next === null || !(next.protocol === 'https:' || (isLoopback(next) && isLoopback(url))))
      throw networkError('the feed redirects to an address that is not followed', url);
    url = next;
  }
  throw networkError('the feed redirects in circles', start);
}

async function* read(
  { body }: Response,
  touch: () => void,
  failure: (thrown: unknown) => Error,
  drop: () => Promise<void>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!body) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((thrown: unknown) => {
        throw failure(thrown);
      });
      if (done) return;
      touch();
      yield value;
    }
  } finally {
    reader.releaseLock();
    await drop();
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be found',
  EAI_AGAIN: 'its name cannot be found now',
  ECONNREFUSED: 'it refuses connections',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
};

/** What `fetch` threw, without its text, which quotes addresses whole. */
function reason(thrown: unknown, { host }: URL): string {
  let cause = thrown;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return `${host} cannot be reached: ${WORDS[code] ?? 'the connection broke off'}`;
}

function plain({ origin, pathname }: URL): string {
  return origin + pathname;
}
