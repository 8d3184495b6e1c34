/** Short messages that need no answer: what failed or finished, and what to do next. */
import { FoveaError } from '../../src-shared/contract/errors.ts';

export interface Notice {
  readonly id: number;
  readonly kind: 'info' | 'error';
  readonly text: string;
  readonly next: string | null;
}

const INFO_MS = 5_000;

export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #lastId = 0;

  info(text: string, next: string | null = null): void {
    if (this.list.some((notice) => notice.text === text)) return;
    const id = this.#add('info', text, next);
    setTimeout(() => this.dismiss(id), INFO_MS);
  }

  /** Errors stay until they are dismissed. The same one twice is shown once. */
  error(thrown: unknown): void {
    const error = FoveaError.from(thrown);
    const text = error.where ? `${error.message} (${error.where})` : error.message;
    if (this.list.some((notice) => notice.text === text)) return;
    this.#add('error', text, error.next);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  #add(kind: Notice['kind'], text: string, next: string | null): number {
    const id = ++this.#lastId;
    this.list = [...this.list.slice(-3), { id, kind, text, next }];
    return id;
  }
}
