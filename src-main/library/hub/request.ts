/**
 * One GET. Redirects are followed here and not by `fetch`, because the token must not travel to another host, nor the
 * request from https to http. A server that falls silent is given up on.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { piecesOf } from '../../transfer/body.ts';
import { Passing } from '../../transfer/retrying.ts';
import { networkError, passing } from './failures.ts';
import type { HubSettings } from './settings.ts';

const REDIRECTS = 8;

export interface RequestOptions {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Silence after which a connection counts as lost. */
  readonly stallMs: number;
}

export interface Answer {
  readonly response: Response;
  /** The body piece by piece. Throws {@link Passing} when it breaks off, `cancelled` when `signal` asks for it. */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Lets an answer go that nobody wants to read. */
  drop(): Promise<void>;
}

/** @throws Passing, or FoveaError `cancelled` or `network` */
export async function request(
  settings: HubSettings,
  address: string,
  options: RequestOptions,
): Promise<Answer> {
  const stall = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const touch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(), options.stallMs);
  };
  const signal = AbortSignal.any([options.signal, stall.signal]);
  const failure = (thrown: unknown): Error => {
    clearTimeout(timer);
    if (thrown instanceof FoveaError) return thrown;
    if (options.signal.aborted) return cancelled();
    if (stall.signal.aborted) return new Passing(`${new URL(address).host} stopped sending`);
    return passing(thrown, address);
  };
  try {
    touch();
    const response = await follow(settings, address, { ...options, signal });
    touch();
    const drop = async (): Promise<void> => {
      clearTimeout(timer);
      await response.body?.cancel().catch(() => undefined);
    };
    return { response, pieces: piecesOf(response, { heard: touch, failure, drop }), drop };
  } catch (thrown) {
    throw failure(thrown);
  }
}

async function follow(settings: HubSettings, address: string, options: RequestOptions): Promise<Response> {
  const home = new URL(settings.endpoint).origin;
  let url = new URL(address);
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const headers = new Headers(options.headers);
    // Bytes are counted and hashed as they are stored.
    headers.set('accept-encoding', 'identity');
    headers.set('user-agent', 'fovea');
    if (settings.token !== null && url.origin === home)
      headers.set('authorization', `Bearer ${settings.token}`);
    const response = await fetch(url, { headers, redirect: 'manual', signal: options.signal });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    const next = URL.canParse(location, url.href) ? new URL(location, url) : null;
    const allowed =
      next && (next.protocol === 'https:' || (next.protocol === 'http:' && url.protocol === 'http:'));
    if (!allowed)
      throw networkError('the server redirects to an address that is not followed', url, 'Check HF_ENDPOINT');
    url = next;
  }
  throw networkError('the server redirects in circles', address, 'Check HF_ENDPOINT');
}

export function cancelled(): FoveaError {
  return new FoveaError('cancelled', 'the download was stopped', {
    next: 'Start it again; it continues where it stopped',
  });
}
