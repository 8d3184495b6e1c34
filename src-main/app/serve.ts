/** Serves a project in the browser until told to stop: what `fovea serve` and `npm start` without Electron do. */
import type { Readable } from 'node:stream';
import { inApp } from './app-root.ts';
import { openBackend } from './backend.ts';
import type { PublicUrl } from './browser/access.ts';
import { startBrowserHost } from './browser/host.ts';
import { dataDir } from './data-dir.ts';

/**
 * A browser keeps by address, port included, that it was let in, and what is not saved yet: another port each time would
 * leave both behind. Several, because several projects can be served at once; below what systems give out.
 */
const USUAL_PORTS: readonly number[] = Array.from({ length: 8 }, (_, i) => 27_180 + i);

export interface ServeOptions {
  /** Null: the page offers the demo project and lets the person open one. */
  readonly projectPath: string | null;
  /** 0: a free one; null: the first of {@link USUAL_PORTS} that is free. */
  readonly port: number | null;
  readonly address: '127.0.0.1' | '::1';
  /** Where people come in from other machines; null: loopback alone. */
  readonly publicUrl?: PublicUrl | null;
  /** Folders beyond the usual ones that the page may read and write in. */
  readonly allow?: readonly string[];
  /** Bytes that what browsers bring in may take in a project; undefined: the usual. */
  readonly uploadBudget?: number | undefined;
  readonly signal: AbortSignal;
  /** Told the address once it answers; it lets one browser in. */
  readonly onReady: (url: string) => void;
  /** A terminal in which Enter asks for another address. */
  readonly terminal?: Readable & { readonly isTTY?: boolean };
  /** Told each further address. */
  readonly onAnother?: (url: string) => void;
}

/**
 * Serves until `signal` aborts, then ends connections, jobs (they go on at the next start) and the engine.
 * @throws FoveaError when the project or the port cannot be had; nothing is left running
 */
export async function serveUntilStopped(options: ServeOptions): Promise<void> {
  const backend = await openBackend({
    host: 'browser',
    projectPath: options.projectPath,
    allow: options.allow,
    uploadBudget: options.uploadBudget,
  });
  try {
    const host = await startBrowserHost({
      backend,
      pageDir: inApp('dist/renderer'),
      port: options.port ?? USUAL_PORTS,
      address: options.address,
      dataDir: dataDir(),
      publicUrl: options.publicUrl ?? null,
    });
    options.onReady(host.url);
    const stopListening = onEnter(options.terminal, () => options.onAnother?.(host.newUrl()));
    await stopped(options.signal);
    stopListening();
    await host.close();
  } finally {
    await backend.dispose();
  }
}

/** Hears of every line that is entered in a terminal; gives the function that stops it. */
function onEnter(terminal: ServeOptions['terminal'], listener: () => void): () => void {
  if (!terminal?.isTTY) return () => undefined;
  terminal.on('data', listener);
  return () => {
    terminal.off('data', listener);
    terminal.pause();
  };
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
