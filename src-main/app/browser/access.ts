/**
 * Which requests the browser host looks at. Loopback is not a fence on its own: every web page in the person's browser
 * and every user of the machine can reach it. So: the Host must be a loopback name (no DNS rebinding) or the one that was
 * named at the start, and what a page sends must come from this very origin. What is the person's needs a secret beyond
 * that: calls a session (`door.ts`), pictures the key that belongs to one. The page's own files are the same for everybody.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Refusal {
  readonly status: 401 | 403;
  readonly reason: string;
}

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The one host more that people come in at (`serve --public-url`), behind a proxy that does TLS. */
export interface PublicUrl {
  /** As in the Host header: with a port where it is not 443. */
  readonly host: string;
  /** `https://` and the host. */
  readonly origin: string;
}

/** Why a plain request is not looked at, or null. */
export function refusedRequest(headers: IncomingHttpHeaders, open: PublicUrl | null): Refusal | null {
  if (!isServed(headers.host, open)) return wrongHost;
  const site = headers['sec-fetch-site'];
  const navigates = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] !== 'iframe';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !navigates) return wrongOrigin;
  if (headers.origin !== undefined && headers.origin !== originOf(headers.host, open)) return wrongOrigin;
  return null;
}

/** Why a WebSocket handshake is not completed, or null. */
export function refusedUpgrade(headers: IncomingHttpHeaders, open: PublicUrl | null): Refusal | null {
  if (!isServed(headers.host, open)) return wrongHost;
  return headers.origin === originOf(headers.host, open) ? null : wrongOrigin;
}

export const noKey: Refusal = {
  status: 401,
  reason: 'Pictures are shown on the page of the address that Fovea printed when it started',
};
const wrongHost: Refusal = { status: 403, reason: 'Fovea answers on loopback names only' };
const wrongOrigin: Refusal = { status: 403, reason: 'Fovea does not answer other sites' };

/** A tunnel may give the host another port on the person's side, so only the name is checked; a public one is known whole. */
function isServed(host: string | undefined, open: PublicUrl | null): host is string {
  if (host === undefined) return false;
  return LOOPBACK_NAMES.has(host.replace(/:\d+$/, '')) || host.toLowerCase() === open?.host;
}

/** A page that came over TLS says so: what came to the public name by plain HTTP is another origin. */
function originOf(host: string, open: PublicUrl | null): string {
  return host.toLowerCase() === open?.host ? open.origin : `http://${host}`;
}

/** Where a page's socket is, for its Content-Security-Policy. */
export function socketOrigin(host: string, open: PublicUrl | null): string {
  return originOf(host, open).replace(/^http/, 'ws');
}

/** Compares without telling by its duration how much was right. */
export function sameSecret(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
