/**
 * Who may talk to the browser host. Loopback is not a fence on its own: every web page in the person's browser and
 * every user of the machine can reach it. So: the Host must be a loopback name (no DNS rebinding), what a page sends
 * must come from this very origin, and a secret is needed: once in the URL, then as a cookie that scripts cannot read.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type Verdict =
  | { readonly kind: 'in' }
  /** The URL's token is right: set the cookie and go on without it in the address bar. */
  | { readonly kind: 'login'; readonly cookie: string; readonly location: string }
  | { readonly kind: 'out'; readonly status: 401 | 403; readonly reason: string };

export interface Access {
  /** Goes into the first URL as `?token=`. */
  readonly token: string;
  /** Judges a plain request. */
  request(url: URL, headers: IncomingHttpHeaders): Verdict;
  /** Judges a WebSocket handshake. */
  upgrade(headers: IncomingHttpHeaders): Verdict;
}

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** New secrets for one run of the host. `cookieName` differs per port: cookies do not know ports. */
export function createAccess(cookieName: string): Access {
  const token = randomBytes(24).toString('base64url');
  const session = randomBytes(24).toString('base64url');
  const hasCookie = (headers: IncomingHttpHeaders): boolean => {
    const given = cookieOf(headers.cookie, cookieName);
    return given !== null && same(given, session);
  };
  return {
    token,
    request: (url, headers) => {
      if (!isLoopback(headers.host)) return wrongHost;
      const site = headers['sec-fetch-site'];
      const navigates = headers['sec-fetch-mode'] === 'navigate';
      if (site !== undefined && site !== 'same-origin' && site !== 'none' && !navigates) return wrongOrigin;
      if (headers.origin !== undefined && headers.origin !== originOf(headers.host)) return wrongOrigin;
      const given = url.searchParams.get('token');
      if (given !== null && url.pathname === '/') {
        if (!same(given, token)) return noSecret;
        const cookie = `${cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/`;
        return { kind: 'login', cookie, location: '/' };
      }
      return hasCookie(headers) ? { kind: 'in' } : noSecret;
    },
    upgrade: (headers) => {
      if (!isLoopback(headers.host)) return wrongHost;
      if (headers.origin !== originOf(headers.host)) return wrongOrigin;
      return hasCookie(headers) ? { kind: 'in' } : noSecret;
    },
  };
}

const wrongHost: Verdict = { kind: 'out', status: 403, reason: 'Fovea answers on loopback names only' };
const wrongOrigin: Verdict = { kind: 'out', status: 403, reason: 'Fovea does not answer other sites' };
const noSecret: Verdict = {
  kind: 'out',
  status: 401,
  reason: 'Open the address that Fovea printed when it started; each start has its own',
};

/** A tunnel may give the host another port on the person's side, so only the name is checked. */
function isLoopback(host: string | undefined): host is string {
  return host !== undefined && LOOPBACK_NAMES.has(host.replace(/:\d+$/, ''));
}

function originOf(host: string): string {
  return `http://${host}`;
}

function cookieOf(header: string | undefined, name: string): string | null {
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined) return value;
  }
  return null;
}

/** Compares without telling by its duration how much was right. */
function same(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
