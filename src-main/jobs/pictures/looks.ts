/**
 * Looks at pictures in a few threads, so that whoever imports is not held up by a slow disk. A thread that does not answer
 * is left behind: what it was asked is looked at by the guarded way, which gives up one file after the other, and says so.
 */
import { Worker } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { threadEntry } from '../../files/thread-entry.ts';
import { type ChosenFolder, chosenPicture } from './chosen.ts';
import { type Looked, type LookTask, lookAnswerSchema } from './look-wire.ts';

/** Pictures a thread is asked about at once: a few milliseconds on a disk of one's own. */
const AT_ONCE = 64;
/** A disk of one's own needs one thread, and a thread takes 35 MB; one far away answers several at a time. */
const MOST_THREADS = 4;
/** Where no thread has answered for so long and others wait, there is another. */
const SLOW_MS = 1000;
/** After so long without an answer a thread is left behind. */
const LOST_MS = 15_000;
/** A look leaves next to nothing behind. */
const RESOURCES = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 };

const ENTRY = threadEntry('look-thread', new URL('./look-thread.ts', import.meta.url));

interface Request {
  readonly paths: readonly string[];
  readonly resolve: (looked: Looked[]) => void;
}

export class PictureLooks {
  readonly #folder: ChosenFolder;
  readonly #lostMs: number;
  readonly #waiting: Request[] = [];
  #slow: NodeJS.Timeout | undefined;
  readonly #threads = new Map<Worker, { readonly request: Request; readonly lost: NodeJS.Timeout } | null>();

  constructor(folder: ChosenFolder, lostMs = LOST_MS) {
    this.#folder = folder;
    this.#lostMs = lostMs;
  }

  /** What is found at each of these paths, in their order. */
  async look(paths: readonly string[]): Promise<Looked[]> {
    const parts: Promise<Looked[]>[] = [];
    for (let at = 0; at < paths.length; at += AT_ONCE) {
      parts.push(
        new Promise((resolve) => this.#waiting.push({ paths: paths.slice(at, at + AT_ONCE), resolve })),
      );
    }
    this.#hand();
    return (await Promise.all(parts)).flat();
  }

  /** Ends the threads; what they were asked is answered no more. */
  close(): void {
    this.#waiting.length = 0;
    clearTimeout(this.#slow);
    for (const [thread, busy] of this.#threads) {
      clearTimeout(busy?.lost);
      void thread.terminate();
    }
    this.#threads.clear();
  }

  #hand(): void {
    clearTimeout(this.#slow);
    while (this.#waiting.length > 0) {
      const thread = this.#idle() ?? (this.#threads.size === 0 ? this.#start() : null);
      if (!thread) {
        this.#slow = setTimeout(() => this.#helped(), SLOW_MS);
        return;
      }
      const request = this.#waiting.shift()!;
      this.#threads.set(thread, {
        request,
        lost: setTimeout(() => this.#leave(thread), this.#lostMs),
      });
      thread.postMessage(request.paths);
    }
  }

  /** One thread more for what waits. */
  #helped(): void {
    if (this.#threads.size < MOST_THREADS) this.#start();
    this.#hand();
  }

  #idle(): Worker | null {
    for (const [thread, busy] of this.#threads) if (!busy) return thread;
    return null;
  }

  #start(): Worker {
    const thread = new Worker(ENTRY, {
      workerData: { root: this.#folder.real } satisfies LookTask,
      resourceLimits: RESOURCES,
    });
    this.#threads.set(thread, null);
    thread.on('message', (raw) => {
      const busy = this.#threads.get(thread);
      if (!busy) return;
      clearTimeout(busy.lost);
      this.#threads.set(thread, null);
      busy.request.resolve(lookAnswerSchema.parse(raw));
      this.#hand();
    });
    thread.on('error', () => this.#leave(thread));
    thread.on('exit', () => this.#leave(thread));
    return thread;
  }

  /** A thread that died or does not answer. */
  #leave(thread: Worker): void {
    if (!this.#threads.has(thread)) return;
    const busy = this.#threads.get(thread);
    clearTimeout(busy?.lost);
    this.#threads.delete(thread);
    thread.unref();
    void thread.terminate();
    if (busy) void lookGuarded(this.#folder, busy.request.paths).then(busy.request.resolve);
    this.#hand();
  }
}

async function lookGuarded(folder: ChosenFolder, paths: readonly string[]): Promise<Looked[]> {
  const all: Looked[] = [];
  for (const path of paths) {
    all.push(
      await chosenPicture(folder, path).catch((thrown: unknown) => ({
        error: FoveaError.from(thrown).toWire(),
      })),
    );
  }
  return all;
}
