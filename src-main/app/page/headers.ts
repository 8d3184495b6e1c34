/** Headers of everything a host serves. The page runs no inline code, loads nothing from elsewhere and is never framed. */

/**
 * The page's Content-Security-Policy.
 * @param socketOrigin where the page's WebSocket goes, e.g. `ws://127.0.0.1:4000`; null when it talks over a port
 */
export function pagePolicy(socketOrigin: string | null): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "font-src 'self'",
    `connect-src 'self'${socketOrigin === null ? '' : ` ${socketOrigin}`}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** A picture opened on its own may do nothing at all. */
export const PICTURE_POLICY = "default-src 'none'; sandbox";

/** On every answer. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
};
