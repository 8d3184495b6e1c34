/** What no page of this app may ever do, whatever it loads: leave, open windows, ask for devices, reach the network. */
import { app, session, shell } from 'electron';
import { APP_ORIGIN } from './protocol.ts';

/** The only pages that a link may open, in the person's own browser. */
const LINKS: readonly string[] = ['https://arxiv.org/', 'https://github.com/'];

/** What the page's Copy buttons need: putting text on the clipboard, never reading it. */
const COPY = 'clipboard-sanitized-write';

/** Applies to every window, present and future. */
export function lockDown(): void {
  const own = session.defaultSession;
  own.setPermissionRequestHandler((_contents, permission, decide, { requestingUrl }) =>
    decide(permission === COPY && isOwn(requestingUrl)),
  );
  own.setPermissionCheckHandler(
    (_contents, permission, origin) => permission === COPY && isOwn(`${origin}/`),
  );
  own.setDevicePermissionHandler(() => false);
  own.webRequest.onBeforeRequest(
    { urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*'] },
    (_details, decide) => decide({ cancel: true }),
  );
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event, url) => {
      if (!isOwn(url)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      if (LINKS.some((allowed) => url.startsWith(allowed))) void shell.openExternal(url);
      return { action: 'deny' };
    });
  });
}

/** Whether a URL is of the page itself. */
export function isOwn(url: string): boolean {
  return url.startsWith(`${APP_ORIGIN}/`);
}
