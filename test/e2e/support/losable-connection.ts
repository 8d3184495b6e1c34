/** A page's connection that goes and comes back, while the host runs on. */
import type { Page, WebSocketRoute } from 'playwright-core';

export interface LosableConnection {
  lose(): Promise<void>;
  restore(): Promise<void>;
}

/** A way to lose the page's connection and to give it back; what is loaded from now on goes through it. */
export async function losableConnection(page: Page): Promise<LosableConnection> {
  let lost = false;
  const sockets = new Set<WebSocketRoute>();
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    if (lost) return void socket.close();
    socket.connectToServer();
    sockets.add(socket);
  });
  const banner = page.getByText('Connection lost');
  return {
    lose: async () => {
      lost = true;
      for (const socket of sockets) await socket.close();
      await banner.waitFor();
    },
    restore: async () => {
      lost = false;
      await banner.waitFor({ state: 'detached' });
    },
  };
}
