/**
 * A worker: looks which runs are in the queue, refuses those that it would answer otherwise, and works on the chunks of the others
 * one at a time until it is stopped or, if so wished, until nothing is left. It outlives the database and the project's host.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { FoveaError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import type { Engine, ModelInfo } from '../../engine/protocol.ts';
import { inFlightOf } from '../../jobs/label/run.ts';
import { PASSING } from '../../jobs/lease/patience.ts';
import { rateMeter } from '../../jobs/lease/rate.ts';
import type { PictureSource } from '../pictures/source.ts';
import { finishChunk, giveBackChunk, takeChunk, type TakenChunk } from '../queue/chunks.ts';
import type { QueueDatabase } from '../queue/database.ts';
import { persist } from '../queue/persist.ts';
import { sharedRuns, type SharedRun } from '../queue/runs.ts';
import { removeWorker, SHOW_MS, showWorker } from '../queue/workers.ts';
import { loadForRun, modelOfRun, whyRefused, type WorkerModel } from './accept.ts';
import { workOnChunk } from './chunk.ts';
import { startHeart } from './heart.ts';

export interface WorkerOptions extends WorkerModel {
  /** Pictures of a run. Throws where they cannot be had here at all: the run is refused. */
  readonly pictures: (run: SharedRun, onWaiting: (reason: string | null) => void) => PictureSource;
  /** Samples of a chunk at once, memory permitting; absent: as labelling does. */
  readonly inFlight?: number | undefined;
  /** End when nothing was left for so long; null: wait for more. */
  readonly idleMs: number | null;
  /** Between looks at an empty queue; default 2 s. */
  readonly pollMs?: number;
  /** Until a run that was refused is looked at again; default a minute. */
  readonly refusedMs?: number;
  readonly onEvent: (event: WorkerEvent) => void;
}

export type WorkerEvent =
  | { readonly kind: 'refused'; readonly run: SharedRun; readonly reason: string }
  | { readonly kind: 'accepted'; readonly run: SharedRun; readonly info: ModelInfo }
  | { readonly kind: 'chunk'; readonly run: SharedRun; readonly attempt: number }
  | { readonly kind: 'lost'; readonly run: SharedRun }
  | { readonly kind: 'sample'; readonly done: number; readonly failed: number; readonly rate: number | null }
  /** Null: it goes on. */
  | { readonly kind: 'waiting'; readonly reason: string | null };

export interface WorkerReport {
  readonly done: number;
  readonly failed: number;
  readonly chunks: number;
  /** Runs that were refused, and why. */
  readonly refused: readonly { readonly run: string; readonly reason: string }[];
}

const POLL_MS = 2_000;
/** A run that was refused is looked at again after so long: a model's folder may still be being copied. */
const REFUSED_MS = 60_000;
/** What is wrong with the run, and not with this worker. */
const OF_THE_RUN: ReadonlySet<ErrorCode> = new Set(['conflict', 'bad_input']);

export async function runWorker(
  queue: QueueDatabase,
  engine: Engine,
  options: WorkerOptions,
  signal: AbortSignal,
): Promise<WorkerReport> {
  return new Worker(queue, engine, options, signal).run();
}

class Worker {
  readonly #queue: QueueDatabase;
  readonly #engine: Engine;
  readonly #options: WorkerOptions;
  readonly #signal: AbortSignal;
  readonly #id = randomUUID();
  readonly #pace = rateMeter(performance.now());
  readonly #refused = new Map<string, { readonly reason: string; readonly until: number }>();
  #loaded: { readonly key: string; readonly info: ModelInfo; readonly pictures: PictureSource } | null = null;
  #counts = { done: 0, failed: 0, chunks: 0 };
  #working: string | null = null;
  #waiting: string | null = null;

  constructor(queue: QueueDatabase, engine: Engine, options: WorkerOptions, signal: AbortSignal) {
    this.#queue = queue;
    this.#engine = engine;
    this.#options = options;
    this.#signal = signal;
  }

  async run(): Promise<WorkerReport> {
    const show = setInterval(() => void this.#show().catch(() => undefined), SHOW_MS);
    try {
      await this.#ask(() => this.#show());
      let idleSince = performance.now();
      while (!this.#signal.aborted) {
        if (await this.#round()) {
          idleSince = performance.now();
          continue;
        }
        const { idleMs, pollMs = POLL_MS } = this.#options;
        if (idleMs !== null && performance.now() - idleSince >= idleMs) break;
        // Many that wait do not all ask at once.
        await sleep(pollMs * (0.75 + Math.random() / 2), undefined, { signal: this.#signal }).catch(
          () => undefined,
        );
      }
    } catch (thrown) {
      if (!this.#signal.aborted) throw thrown;
    } finally {
      clearInterval(show);
      await removeWorker(this.#queue, this.#id).catch(() => undefined);
    }
    const refused = [...this.#refused].map(([run, { reason }]) => ({ run, reason }));
    return { ...this.#counts, refused };
  }

  /** Takes one chunk of the first run that has one. @returns whether there was any */
  async #round(): Promise<boolean> {
    for (const run of await this.#ask(() => sharedRuns(this.#queue))) {
      if (!(await this.#accepts(run))) continue;
      const chunk = await this.#ask(() => takeChunk(this.#queue, run.key)).catch(gone);
      if (!chunk) continue;
      await this.#work(run, chunk);
      return true;
    }
    return false;
  }

  async #work(run: SharedRun, chunk: TakenChunk): Promise<void> {
    const { onEvent } = this.#options;
    this.#working = run.key;
    const heart = startHeart(this.#queue, run.key, chunk);
    const giveBack = (reason: string) => this.#ask(() => giveBackChunk(this.#queue, run.key, chunk, reason));
    try {
      // The folder may have been written to since the last chunk.
      const changed = (await this.#whyRefused(run)) ?? (await this.#load(run));
      if (changed !== null) {
        await giveBack(`refused: ${changed}`);
        return this.#refuse(run, changed);
      }
      onEvent({ kind: 'chunk', run, attempt: chunk.retryCount });
      const { pictures, info } = this.#loaded!;
      const { inFlight } = this.#options;
      const work = {
        queue: this.#queue,
        engine: this.#engine,
        model: modelOfRun(this.#options, run.spec),
        pictures,
        run,
        workerId: this.#id,
        ...inFlightOf({ inFlight, answerMode: run.spec.answerMode }, info.engines ?? 1),
        onSample: (failed: boolean) => this.#sample(failed),
        onWaiting: (reason: string | null) => this.#wait(reason),
      };
      if (!(await workOnChunk(work, chunk, heart.lost, this.#signal))) return onEvent({ kind: 'lost', run });
      await this.#ask(() => finishChunk(this.#queue, run.key, chunk));
      this.#counts.chunks++;
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (error.code === 'not_found' && (await this.#isOver(run))) return;
      // Another worker does what is left. One that is stopped says so in as long as it has.
      await (this.#signal.aborted
        ? giveBackChunk(this.#queue, run.key, chunk, 'the worker was stopped').catch(() => undefined)
        : giveBack(error.message).catch(gone));
      if (OF_THE_RUN.has(error.code) || PASSING.has(error.code)) return this.#refuse(run, error.toLine());
      throw error;
    } finally {
      heart.stop();
      this.#working = null;
    }
  }

  async #accepts(run: SharedRun): Promise<boolean> {
    const refused = this.#refused.get(run.key);
    if (refused && performance.now() < refused.until) return false;
    const reason = await this.#whyRefused(run);
    if (reason === null) return true;
    this.#refuse(run, reason);
    return false;
  }

  /** A model that cannot be read just now is a reason as well: nobody would be left for the run if that ended its workers. */
  async #whyRefused(run: SharedRun): Promise<string | null> {
    try {
      return await whyRefused(this.#options, run.spec);
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (error.code === 'internal') throw error;
      return error.toLine();
    }
  }

  /** Has the engine load the run's model, and finds its pictures. @returns why the run is refused after all; null: it is not */
  async #load(run: SharedRun): Promise<string | null> {
    const { onEvent } = this.#options;
    if (this.#loaded?.key === run.key) return null;
    let pictures: PictureSource;
    try {
      pictures = this.#options.pictures(run, (reason) => this.#wait(reason));
    } catch (thrown) {
      return FoveaError.from(thrown).toLine();
    }
    const info = await loadForRun(this.#engine, this.#options, run.spec, this.#signal);
    if (typeof info === 'string') return info;
    this.#loaded = { key: run.key, info, pictures };
    this.#refused.delete(run.key);
    onEvent({ kind: 'accepted', run, info });
    return null;
  }

  #refuse(run: SharedRun, reason: string): void {
    const said = this.#refused.get(run.key)?.reason === reason;
    const { refusedMs = REFUSED_MS } = this.#options;
    this.#refused.set(run.key, { reason, until: performance.now() + refusedMs });
    if (!said) this.#options.onEvent({ kind: 'refused', run, reason });
    void this.#show().catch(() => undefined);
  }

  async #isOver(run: SharedRun): Promise<boolean> {
    return (await this.#ask(() => sharedRuns(this.#queue, run.key))).length === 0;
  }

  #sample(failed: boolean): void {
    if (failed) this.#counts.failed++;
    else this.#counts.done++;
    const now = performance.now();
    this.#pace.tick(now);
    this.#options.onEvent({ kind: 'sample', ...this.#counts, rate: this.#pace.perSecond(now) });
  }

  #wait(reason: string | null): void {
    if (reason === this.#waiting) return;
    this.#waiting = reason;
    this.#options.onEvent({ kind: 'waiting', reason });
  }

  #ask<T>(body: () => Promise<T>): Promise<T> {
    return persist(body, (reason) => this.#wait(reason), this.#signal);
  }

  #show(): Promise<void> {
    const [refusal] = [...this.#refused.values()];
    return showWorker(this.#queue, {
      id: this.#id,
      name: `${hostname()} ${process.pid}`,
      device: this.#loaded?.info.device ?? null,
      run: this.#working,
      ...this.#counts,
      rate: this.#working ? this.#pace.perSecond(performance.now()) : null,
      note: this.#waiting ?? (refusal ? `refuses a run: ${refusal.reason}` : null),
    });
  }
}

/** A queue that is no more has no chunks. */
function gone(thrown: unknown): null {
  const error = FoveaError.from(thrown);
  if (error.code !== 'not_found') throw error;
  return null;
}
