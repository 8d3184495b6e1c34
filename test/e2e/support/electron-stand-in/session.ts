/** `protocol` and `session`: what main registered, asked for every request that a window makes. */

type Handler = (request: Request) => Response | Promise<Response>;
type Decide = (verdict: { cancel?: boolean }) => void;

let appHandler: Handler | null = null;
let beforeRequest: ((details: { url: string }, decide: Decide) => void) | null = null;

/** Where a window's page really is, for what main calls `app://fovea`. */
export const PAGE_ORIGIN = 'https://fovea.test';
const APP_ORIGIN = 'app://fovea';

export const toAppUrl = (url: string): string =>
  url.startsWith(`${PAGE_ORIGIN}/`) ? APP_ORIGIN + url.slice(PAGE_ORIGIN.length) : url;
export const toPageUrl = (url: string): string =>
  url.startsWith(`${APP_ORIGIN}/`) ? PAGE_ORIGIN + url.slice(APP_ORIGIN.length) : url;

export const protocol = {
  registerSchemesAsPrivileged: () => undefined,
  handle: (scheme: string, handler: Handler) => {
    if (scheme !== 'app') throw new Error(`the stand-in knows app:// only, not ${scheme}`);
    appHandler = handler;
  },
};

export const session = {
  defaultSession: {
    setPermissionRequestHandler: () => undefined,
    setPermissionCheckHandler: () => undefined,
    setDevicePermissionHandler: () => undefined,
    webRequest: {
      onBeforeRequest: (_filter: unknown, listener: typeof beforeRequest) => {
        beforeRequest = listener;
      },
    },
  },
};

/** Answers a request of a window as main's `app://` handler does; null for everything that main cancels. */
export async function answerRequest(url: string, method: string): Promise<Response | null> {
  const appUrl = toAppUrl(url);
  if (appUrl !== url) {
    return appHandler ? appHandler(new Request(appUrl, { method })) : new Response('', { status: 404 });
  }
  let cancelled = false;
  beforeRequest?.({ url }, (verdict) => (cancelled = verdict.cancel === true));
  if (!cancelled) throw new Error(`main lets a window load ${url}`);
  return null;
}
