/** What can go wrong between here and the endpoint, as errors that a person can act on. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { Passing } from '../../transfer/retrying.ts';
import type { HubSettings } from './settings.ts';

/** An address for people: signed ones carry secrets behind the question mark. */
export function plainUrl(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

export function networkError(message: string, url: string | URL, next: string): FoveaError {
  return new FoveaError('network', message, { where: plainUrl(url), next });
}

/** What is said when trying again did not help. */
export function gaveUp({ message }: Passing, url: string | URL): FoveaError {
  return networkError(
    message,
    url,
    'Check the network, HF_ENDPOINT and any proxy (NODE_USE_ENV_PROXY=1), then start it again: it goes on where it stopped',
  );
}

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be found',
  EAI_AGAIN: 'its name cannot be found now',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  UND_ERR_SOCKET: 'the connection broke off',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer',
  UND_ERR_BODY_TIMEOUT: 'it stopped sending',
  ENETUNREACH: 'there is no way to it',
  EHOSTUNREACH: 'there is no way to it',
};

/** What `fetch` threw, without its text: that quotes addresses whole. */
export function passing(thrown: unknown, url: string | URL): Passing {
  let cause: unknown = thrown;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const words = WORDS[code] ?? (code ? `the connection failed (${code})` : 'the connection broke off');
  return new Passing(`${new URL(url).host} cannot be reached: ${words}`);
}

/** An answer that is no success. `what`: the repository and revision, or a file of it. */
export function refused(
  { status, headers }: Response,
  what: string,
  url: string,
  { endpoint, token }: HubSettings,
): FoveaError | Passing {
  const where = plainUrl(url);
  if (status === 401) {
    const next =
      token === null
        ? 'If it is private or gated, set HF_TOKEN to a token that may read it; otherwise check the spelling'
        : 'The token in HF_TOKEN may not read it: check the token and the spelling';
    return new FoveaError('unauthorized', `the server does not give ${what} to everyone`, { where, next });
  }
  if (status === 403) {
    const repo = what.split(' ')[0]!;
    const next =
      token === null
        ? `Accept its conditions at ${endpoint}/${repo} and set HF_TOKEN`
        : `Accept its conditions at ${endpoint}/${repo} with the account that HF_TOKEN belongs to`;
    return new FoveaError('unauthorized', `the server refuses ${what}`, { where, next });
  }
  if (status === 404) {
    return new FoveaError('not_found', `the server has no ${what}`, {
      where,
      next: 'Check the spelling: ORG/NAME, and the revision',
    });
  }
  if (status === 408 || status === 429 || status >= 500) {
    const seconds = Number(headers.get('retry-after') ?? NaN);
    const wait = Number.isFinite(seconds) ? Math.min(60, Math.max(0, seconds)) * 1000 : null;
    return new Passing(`the server answers ${status} for ${what}`, wait);
  }
  return new FoveaError('network', `the server answers ${status} for ${what}`, {
    where,
    next: 'Check HF_ENDPOINT; it may not be a Hugging Face endpoint',
  });
}
