/**
 * One GET to the feed. Redirects are followed here, to https alone; a server that falls silent is given up on. Nothing is
 * sent that tells one person from another: no version, no cookie, no number of theirs.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { piecesOf } from '../transfer/body.ts';
import { Passing } from '../transfer/retrying.ts';
import { isLoopback } from './settings.ts';

const REDIRECTS = 5;

export interface FeedRequest {
  readonly signal: AbortSignal;
  /** Silence after which a connection counts as lost, ms. */
  readonly stallMs: number;
  /** Asks for the rest from this byte on. */
  readonly from?: number;
  /** The whole of it has to come within `stallMs`: of a small file, which nobody can stop who sees nothing of it. */
  readonly isSmall?: boolean;
}

export interface FeedAnswer {
  readonly response: Response;
  /** The body piece by piece. Throws {@link Passing} where it breaks off, FoveaError `cancelled` where `signal` says so. */
  readonly pieces: AsyncGenerator<Uint8Array, void, undefined>;
  /** Lets go of a body that nobody wants. */
  drop(): Promise<void>;
}

/** @throws Passing, or FoveaError `cancelled` or `network` */
export async function ask(
  url: URL,
  { signal, stallMs, from = 0, isSmall = false }: FeedRequest,
): Promise<FeedAnswer> {
  const stall = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let hasBegun = false;
  const touch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(), stallMs);
  };
  const failure = (thrown: unknown): Error => {
    clearTimeout(timer);
    if (thrown instanceof FoveaError) return thrown;
    if (signal.aborted) return cancelled();
    if (!stall.signal.aborted) return reason(thrown, url);
    return new Passing(`${url.host} ${isSmall && hasBegun ? 'sends too slowly' : 'stopped sending'}`);
  };
  touch();
  try {
    const response = await follow(url, from, AbortSignal.any([signal, stall.signal]));
    const heard = (): void => {
      hasBegun = true;
      if (!isSmall) touch();
    };
    heard();
    const drop = async (): Promise<void> => {
      clearTimeout(timer);
      await response.body?.cancel().catch(() => undefined);
    };
    return { response, pieces: piecesOf(response, { heard, failure, drop }), drop };
  } catch (thrown) {
    throw failure(thrown);
  }
}

/** The text of a small file. @throws as {@link ask}, and FoveaError `not_found` or `network` */
export async function readText(url: URL, most: number, options: FeedRequest): Promise<string> {
  const { response, pieces, drop } = await ask(url, { ...options, isSmall: true });
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

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be found',
  EAI_AGAIN: 'its name cannot be found now',
  ECONNREFUSED: 'it refuses connections',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
};

/** Node's names of what is wrong with a certificate: OpenSSL's `X509_V_ERR_*`, and its own for a name that differs. */
const CERTIFICATE =
  /^(ERR_TLS_CERT_ALTNAME_INVALID|(DEPTH_ZERO_)?SELF_SIGNED_CERT(_IN_CHAIN)?|UNABLE_TO_(GET_ISSUER_CERT(_LOCALLY)?|VERIFY_LEAF_SIGNATURE)|CERT_\w+|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/;
/** These two depend on what day this computer believes it to be. */
const BY_DATE = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

/** What `fetch` threw, without its text, which quotes addresses whole. */
export function reason(thrown: unknown, url: URL): Error {
  let cause = thrown;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (CERTIFICATE.test(code)) return certificateError(code, url);
  return new Passing(`${url.host} cannot be reached: ${WORDS[code] ?? 'the connection broke off'}`);
}

/** Asking again would change nothing. */
function certificateError(code: string, url: URL): FoveaError {
  const where = plain(url);
  if (BY_DATE.includes(code)) {
    const today = new Date().toISOString().slice(0, 10);
    return new FoveaError('network', `the certificate of ${url.host} does not hold today, ${today}`, {
      where,
      next: 'If that is not today’s date, set the clock of this computer; else try again tomorrow',
    });
  }
  return new FoveaError('network', `the certificate of ${url.host} is not to be trusted (${code})`, {
    where,
    next: 'Something on your network may be reading along: try another network, or ask whoever runs yours',
  });
}

function plain({ origin, pathname }: URL): string {
  return origin + pathname;
}
