/**
 * A second window, not a second tab: Chromium draws nothing in a tab that another one covers, and an event sent there may
 * wait for ever for a frame.
 */
import type { Browser, Page } from 'playwright-core';

/** Opens an empty window that shares cookies and storage with `page`. */
export async function newWindow(page: Page): Promise<Page> {
  const context = page.context();
  const own = await context.newCDPSession(page);
  const { targetInfo } = await own.send('Target.getTargetInfo');
  await own.detach();
  const all = await (context.browser() as Browser).newBrowserCDPSession();
  try {
    const opened = context.waitForEvent('page');
    const { browserContextId } = targetInfo;
    await all.send('Target.createTarget', {
      url: 'about:blank',
      newWindow: true,
      ...(browserContextId === undefined ? {} : { browserContextId }),
    });
    return await opened;
  } finally {
    await all.detach();
  }
}
