/**
 * Compares in a thread, so that whoever answers everybody is held up by neither thousands of maps nor the draws of an interval. The
 * thread stays for as long as somebody compares: it knows what it measured.
 */
import { Worker } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Compared, ComparedAgainst, ComparedOver } from '../../../src-shared/contract/training.ts';
import { threadEntry } from '../../files/thread-entry.ts';
import type { Project } from '../../store/file/project.ts';
import { type FromCompareThread, fromCompareThreadSchema, type ToCompareThread } from './compare-wire.ts';

const ENTRY = threadEntry('compare-thread', new URL('./compare-thread.ts', import.meta.url));
/** Long after the last comparison what was measured is given back. */
const IDLE_MS = 300_000;

export interface ComparerHooks {
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface CompareTask {
  readonly sides: readonly [Compared, Compared];
  readonly against: ComparedAgainst;
  readonly over: ComparedOver | null;
}

/** A comparison, its samples packed and in order (`compared-table.ts`). */
export type ComparedPacked = Omit<Extract<FromCompareThread, { type: 'done' }>, 'type' | 'id'>;

interface Waiting {
  readonly thread: Worker;
  readonly done: (found: ComparedPacked) => void;
  readonly failed: (error: FoveaError) => void;
  readonly onProgress: ComparerHooks['onProgress'];
}

export class Comparer {
  readonly #project: Project;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | null = null;
  #idle: NodeJS.Timeout | null = null;
  #tasks = 0;
  #ending = false;

  constructor(project: Project) {
    this.#project = project;
  }

  /** Errors as `compareVersions`; `cancelled` by the signal, `internal` when the thread dies. */
  async compare(
    { sides: [a, b], against, over }: CompareTask,
    { signal, onProgress }: ComparerHooks,
  ): Promise<ComparedPacked> {
    const stop = new SharedArrayBuffer(4);
    const ask = (): void => void Atomics.store(new Int32Array(stop), 0, 1);
    if (signal.aborted) ask();
    signal.addEventListener('abort', ask);
    const id = ++this.#tasks;
    const projectPath = this.#project.path;
    const thread = this.#running();
    try {
      return await new Promise<ComparedPacked>((done, failed) => {
        this.#waiting.set(id, { thread, done, failed, onProgress });
        thread.postMessage({ id, projectPath, sides: [a, b], against, over, stop } satisfies ToCompareThread);
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
    const thread = new Worker(ENTRY);
    this.#thread = thread;
    thread.on('message', (raw) => {
      const message = fromCompareThreadSchema.parse(raw);
      const waiting = this.#waiting.get(message.id);
      if (message.type === 'progress') waiting?.onProgress?.(message.done, message.total);
      else if (message.type === 'failed') waiting?.failed(FoveaError.fromWire(message.error));
      else waiting?.done(message);
    });
    const died = (why: string): void => {
      if (this.#thread === thread) this.#thread = null;
      const error = new FoveaError('internal', `comparing stopped: ${why}`, { next: 'Try it again' });
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
