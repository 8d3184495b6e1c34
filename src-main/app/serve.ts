/** Serves a project in the browser until told to stop: what `fovea serve` and `npm start` without Electron do. */
import { openBackend } from './backend.ts';
import { startBrowserHost } from './browser/host.ts';
import { inApp } from './app-root.ts';

/**
 * A browser keeps a person's keys, theme, panes and place by address, port included: another port each time would
 * forget them at every start. Several, because several projects can be served at once; below what systems give out.
 */
const USUAL_PORTS: readonly number[] = Array.from({ length: 8 }, (_, i) => 27_180 + i);

export interface ServeOptions {
  /** Null: the page offers the demo project and lets the person open one. */
  readonly projectPath: string | null;
  /** 0: a free one; null: the first of {@link USUAL_PORTS} that is free. */
  readonly port: number | null;
  readonly address: '127.0.0.1' | '::1';
  readonly signal: AbortSignal;
  /** Told the address once it answers. */
  readonly onReady: (url: string) => void;
}

/**
 * Serves until `signal` aborts, then ends connections, jobs (they go on at the next start) and the engine.
 * @throws FoveaError when the project or the port cannot be had; nothing is left running
 */
export async function serveUntilStopped(options: ServeOptions): Promise<void> {
  const backend = await openBackend({ host: 'browser', projectPath: options.projectPath });
  try {
    const host = await startBrowserHost({
      backend,
      pageDir: inApp('dist/renderer'),
      port: options.port ?? USUAL_PORTS,
      address: options.address,
    });
    options.onReady(host.url);
    await stopped(options.signal);
    await host.close();
  } finally {
    await backend.dispose();
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
