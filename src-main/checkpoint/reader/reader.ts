/**
 * Reads folders of others in a thread: a header of a hundred megabytes, a template that goes on for seconds or a pattern
 * that never ends holds up nobody who asks the backend for something else. One question at a time; a thread that takes
 * too long or too much memory is ended, and the next question gets another.
 */
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { FoveaError, wireErrorSchema } from '../../../src-shared/contract/errors.ts';
import { threadEntry } from '../../files/thread-entry.ts';
import type { ReaderTasks } from './tasks.ts';

export interface ReaderOptions {
  /** The thread's file. */
  readonly entry: URL;
  /** For one question. */
  readonly ms: number;
  readonly memoryMb: number;
  /** An idle thread is kept for so long. */
  readonly idleMs: number;
}

const ENTRY = threadEntry('reader-thread', new URL('../../library/reader-thread.ts', import.meta.url));

const OPTIONS: ReaderOptions = { entry: ENTRY, ms: 120_000, memoryMb: 2048, idleMs: 30_000 };

/** From the thread. */
const answerSchema = z.union([
  z.object({ id: z.number(), answer: z.unknown(), error: z.null() }),
  z.object({ id: z.number(), error: wireErrorSchema }),
]);

interface Question {
  readonly id: number;
  readonly task: keyof ReaderTasks;
  readonly input: unknown;
  readonly where: string;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: FoveaError) => void;
}

export class Reader {
  readonly #options: ReaderOptions;
  readonly #waiting: Question[] = [];
  #thread: Worker | null = null;
  #asked: Question | null = null;
  #limit: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(options: Partial<ReaderOptions> = {}) {
    this.#options = { ...OPTIONS, ...options };
  }

  /**
   * @param where the folder, for the words of what goes wrong
   * @param signal rejects with `cancelled` and ends the thread that works on it
   * @throws FoveaError of the work, `bad_checkpoint` when it takes too long or too much memory, or `cancelled`
   */
  async ask<K extends keyof ReaderTasks, S extends z.ZodType>(
    task: K,
    input: ReaderTasks[K],
    schema: S,
    where: string,
    signal?: AbortSignal,
  ): Promise<z.output<S>> {
    if (signal?.aborted) throw cancelled();
    const id = ++this.#lastId;
    const onAbort = (): void => this.#cancel(id);
    signal?.addEventListener('abort', onAbort);
    try {
      return schema.parse(
        await new Promise((resolve, reject) => {
          this.#waiting.push({ id, task, input, where, resolve, reject });
          this.#next();
        }),
      );
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #next(): void {
    if (this.#asked) return;
    const question = this.#waiting.shift();
    clearTimeout(this.#idle);
    if (!question) {
      this.#thread?.unref();
      this.#idle = setTimeout(() => this.#end(), this.#options.idleMs);
      this.#idle.unref();
      return;
    }
    this.#asked = question;
    this.#thread ??= this.#start();
    this.#thread.ref();
    const { ms } = this.#options;
    this.#limit = setTimeout(() => {
      this.#end();
      this.#settle(refused(question, `takes longer than the ${ms / 1000} s it may take`));
    }, ms);
    this.#thread.postMessage({ id: question.id, task: question.task, input: question.input });
  }

  #start(): Worker {
    const { entry, memoryMb } = this.#options;
    const thread = new Worker(entry, { resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
    const own = (): boolean => this.#thread === thread;
    thread.on('message', (raw) => {
      const parsed = answerSchema.safeParse(raw);
      if (!own() || !parsed.success || parsed.data.id !== this.#asked?.id) return;
      if (parsed.data.error) this.#settle(FoveaError.fromWire(parsed.data.error));
      else this.#settle(null, parsed.data.answer);
    });
    const died = (what: string): void => {
      if (!own()) return;
      this.#thread = null;
      if (this.#asked) this.#settle(refused(this.#asked, what));
    };
    thread.on('error', (error: Error & { code?: string }) =>
      died(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? `takes more than the ${memoryMb} MB of memory it may take`
          : `failed (${error.message})`,
      ),
    );
    thread.on('exit', (code) => died(`ended (exit code ${code})`));
    return thread;
  }

  #cancel(id: number): void {
    const at = this.#waiting.findIndex((question) => question.id === id);
    if (at >= 0) this.#waiting.splice(at, 1)[0]?.reject(cancelled());
    if (this.#asked?.id !== id) return;
    this.#end();
    this.#settle(cancelled());
  }

  #settle(error: FoveaError | null, answer?: unknown): void {
    clearTimeout(this.#limit);
    const question = this.#asked;
    this.#asked = null;
    if (error) question?.reject(error);
    else question?.resolve(answer);
    this.#next();
  }

  #end(): void {
    const thread = this.#thread;
    this.#thread = null;
    void thread?.terminate();
  }
}

/** The one of this process. */
export const reader = new Reader();

function refused({ where }: Question, what: string): FoveaError {
  return new FoveaError('bad_checkpoint', `reading the folder ${what}`, {
    where,
    next: 'Compare its files with those the model was published with, or download the folder again',
  });
}

function cancelled(): FoveaError {
  return new FoveaError('cancelled', 'the reading was stopped', { next: 'Start it again' });
}
