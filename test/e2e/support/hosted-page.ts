/** A page of either host, as specs see it: the page, what it complained about, an end. */
import type { Page } from 'playwright-core';

export type HostName = 'browser host' | 'Electron';

export interface HostedPage {
  readonly host: HostName;
  readonly page: Page;
  /** Errors of the page so far: uncaught exceptions, console errors, policy violations. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/**
 * Runs in a page before its own scripts: the tour was taken already. It begins by itself on the demo otherwise, which is
 * what its own spec is about.
 */
export const TOUR_TAKEN = `try {
  localStorage.setItem('fovea.tour', JSON.stringify({ ended: true, step: 0 }));
} catch {}`;

/** Listens to a page from its beginning. */
export function openPage(page: Page, host: HostName, close: () => Promise<void>): Promise<HostedPage> {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return Promise.resolve({ host, page, complaints, close });
}
