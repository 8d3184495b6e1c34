/**
 * A thread that does one task after another and stays for as long as somebody asks, because it remembers what the last one
 * needed. Tasks can be stopped on the way; when the thread dies, all that wait for it fail.
 */
import { Worker } from 'node:worker_threads';
import { FoveaError, type WireError } from '../../src-shared/contract/errors.ts';

/** Long after the last task what the thread remembers is given back. */
const IDLE_MS = 300_000;

/** What each task carries besides what it is about. */
export interface OfThread {
  /** Of this task; grows. */
  readonly id: number;
  /** Four bytes; anything but 0 asks it to stop. */
  readonly stop: SharedArrayBuffer;
}

/** What comes from the thread about a task. */
export type FromThread<Done> =
  | { readonly type: 'progress'; readonly id: number; readonly done: number; readonly total: number }
  | { readonly type: 'failed'; readonly id: number; readonly error: WireError }
  | (Done & { readonly type: 'done'; readonly id: number });

export interface ThreadHooks {
  readonly signal: AbortSignal;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

interface Waiting<Done> {
  readonly thread: Worker;
  readonly done: (found: Done) => void;
  readonly failed: (error: FoveaError) => void;
  readonly onProgress: ThreadHooks['onProgress'];
}

export class LastingThread<Task extends object, Done extends object> {
  readonly #entry: URL;
  readonly #parse: (raw: unknown) => FromThread<Done>;
  readonly #what: string;
  readonly #waiting = new Map<number, Waiting<Done>>();
  #thread: Worker | null = null;
  #idle: NodeJS.Timeout | null = null;
  #tasks = 0;
  #ending = false;

  /** @param what it does, at the beginning of a sentence: `comparing` */
  constructor(entry: URL, parse: (raw: unknown) => FromThread<Done>, what: string) {
    this.#entry = entry;
    this.#parse = parse;
    this.#what = what;
  }

  /** @throws FoveaError what the task throws; `cancelled` by the signal, `internal` when the thread dies */
  async ask(task: Task, { signal, onProgress }: ThreadHooks): Promise<Done> {
    const stop = new SharedArrayBuffer(4);
    const ask = (): void => void Atomics.store(new Int32Array(stop), 0, 1);
    if (signal.aborted) ask();
    signal.addEventListener('abort', ask);
    const id = ++this.#tasks;
    const thread = this.#running();
    try {
      return await new Promise<Done>((done, failed) => {
        this.#waiting.set(id, { thread, done, failed, onProgress });
        thread.postMessage({ ...task, id, stop } satisfies Task & OfThread);
      });
    } finally {
      signal.removeEventListener('abort', ask);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#rest();
    }
  }

  /** The thread ends once nobody waits for it any more. */
  end(): void {
    this.#ending = true;
    if (this.#waiting.size === 0) this.#stop();
  }

  #stop(): void {
    if (this.#idle) clearTimeout(this.#idle);
    void this.#thread?.terminate();
    this.#thread = null;
  }

  #running(): Worker {
    if (this.#idle) clearTimeout(this.#idle);
    if (this.#thread) {
      this.#thread.ref();
      return this.#thread;
    }
    const thread = new Worker(this.#entry);
    this.#thread = thread;
    thread.on('message', (raw) => {
      const message = this.#parse(raw);
      const waiting = this.#waiting.get(message.id);
      if (message.type === 'progress') waiting?.onProgress?.(message.done, message.total);
      else if (message.type === 'failed') waiting?.failed(FoveaError.fromWire(message.error));
      else waiting?.done(message);
    });
    const died = (why: string): void => {
      if (this.#thread === thread) this.#thread = null;
      const error = new FoveaError('internal', `${this.#what} stopped: ${why}`, { next: 'Try it again' });
      for (const waiting of this.#waiting.values()) if (waiting.thread === thread) waiting.failed(error);
    };
    thread.on('error', (error) => died(error.message));
    thread.on('exit', (code) => died(`exit code ${code}`));
    return thread;
  }

  /** Nobody is kept from ending by a thread that waits for work. */
  #rest(): void {
    if (this.#ending) return this.#stop();
    this.#thread?.unref();
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#stop(), IDLE_MS);
    this.#idle.unref();
  }
}
