/** What the system gives a program: notes on the desktop, sleep, looks, crash reports. The spec is told of notes. */
import { EventEmitter } from 'node:events';
import { tellTest } from './test-link.ts';

export class Notification extends EventEmitter {
  readonly #words: { readonly title: string; readonly body: string };

  constructor(words: { readonly title: string; readonly body: string }) {
    super();
    this.#words = words;
  }

  static isSupported(): boolean {
    return true;
  }

  show(): void {
    tellTest({ type: 'note', ...this.#words });
  }
}

let blockers = 0;
export const powerSaveBlocker = {
  start: () => {
    tellTest({ type: 'awake', on: true });
    return ++blockers;
  },
  stop: () => tellTest({ type: 'awake', on: false }),
};

/** How the system draws what is the window's and not the page's. */
export const nativeTheme = {
  set themeSource(source: string) {
    tellTest({ type: 'theme', source });
  },
};

export const powerMonitor = new EventEmitter();

export const crashReporter = {
  start: () => undefined,
};
