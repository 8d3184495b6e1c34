/** `app`: the life cycle, without a dock or a tray; a second instance is one when the spec says so. */
import { EventEmitter } from 'node:events';
import { connectChromium, disconnectChromium } from './chromium-link.ts';
import { onTest } from './test-link.ts';

class StandInApp extends EventEmitter {
  readonly isPackaged = false;
  #ready: Promise<void> | null = null;
  #quitting = false;

  setPath(): void {
    // Crash reports have no place here.
  }

  setAppUserModelId(): void {
    // Of Windows.
  }

  addRecentDocument(): void {
    // No dock and no jump list.
  }

  clearRecentDocuments(): void {
    // As above.
  }

  whenReady(): Promise<void> {
    this.#ready ??= connectChromium();
    return this.#ready;
  }

  requestSingleInstanceLock(): boolean {
    return true;
  }

  /** Tells `before-quit` and `will-quit`, as Electron does; a listener of the latter may put it off. No window is asked. */
  quit(): void {
    if (this.#quitting) return;
    let prevented = false;
    this.emit('before-quit', {});
    this.emit('will-quit', { preventDefault: () => (prevented = true) });
    if (!prevented) this.exit(0);
  }

  exit(code: number): void {
    this.#quitting = true;
    void disconnectChromium().finally(() => process.exit(code));
  }
}

export const app = new StandInApp();
process.on('SIGTERM', () => app.quit());
process.on('SIGINT', () => app.quit());
onTest((message) => {
  if (message.type === 'quit') app.quit();
  if (message.type === 'second-start') {
    app.emit('second-instance', {}, [], process.cwd(), { asked: message.asked });
  }
});
