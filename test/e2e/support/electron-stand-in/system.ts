/** What the system gives a program: notes on the desktop, sleep, crash reports. The spec is told of notes. */
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

export const powerMonitor = new EventEmitter();

export const crashReporter = {
  start: () => undefined,
};
