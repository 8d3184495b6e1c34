/**
 * The engine as the backend holds it: a process that is started when first needed and again after it died. Calls in
 * flight at a death reject with `engine_died` and are the caller's to repeat; calls made meanwhile wait for the next
 * process. Repeated deaths are spaced out. A cancelled call has a few seconds to stop; then the process is replaced, and
 * what only waited behind it goes to the next one.
 */
import { fileURLToPath } from 'node:url';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { Forked } from '../process/forked.ts';
import { cancelled, died, unexpected } from './failures.ts';
import * as inputs from './inputs.ts';
import { Owed } from './owed.ts';
import type {
  ChosenPrecision,
  Engine,
  EmbedOutcome,
  EmbedRequest,
  FeaturesOutcome,
  FeaturesRequest,
  LabelOutcome,
  LabelRequest,
  LookOutcome,
  LookRequest,
  ModelInfo,
  ModelRef,
  PredictOutcome,
  PredictRequest,
  ProbeOutcome,
  ProbeRequest,
  QuantiseProgress,
  ReanswerOutcome,
  ReanswerRequest,
  TokensOutcome,
  TokensRequest,
  TryAnswer,
  TryRequest,
} from './protocol.ts';
import { writing, type EngineStatus } from './status.ts';
import { fromEngineSchema, type FromEngine, type PictureCalls, type ToEngine } from './wire.ts';

export type { EngineStatus };

export interface EngineOptions {
  /** The host's file; by default `host.ts` beside this file, for checkouts. Bundles give their own. */
  readonly entry?: string;
  /** Models kept loaded at once (default 1). */
  readonly models?: number;
  readonly cpuThreads?: number;
  /** Silence after which a busy engine counts as hung; a forward pass of a large model on a CPU is silent for minutes. */
  readonly hangMs?: number;
  /** How long a cancelled call may go on before the process is replaced (default 5 s). */
  readonly stopMs?: number;
}

type Call = Exclude<ToEngine, { type: 'cancel' }>;

/** What a call carries and where its answer goes. */
interface Pending {
  readonly message: ToEngine;
  readonly resolve: (reply: Extract<FromEngine, { id: number }>) => void;
  readonly reject: (error: FoveaError) => void;
  readonly onQuantise?: ((progress: QuantiseProgress) => void) | undefined;
}

const HANG_MS = 600_000;
const STOP_MS = 5000;
const STOP_GRACE_MS = 2000;
const FIRST_DELAY_MS = 100;
const LAST_DELAY_MS = 10_000;
/** Starts in a row that end before `ready`: waiting calls are told then. */
const FAILED_STARTS = 3;

export class EngineClient implements Engine {
  readonly #options: Required<Omit<EngineOptions, 'cpuThreads'>> & Pick<EngineOptions, 'cpuThreads'>;
  readonly #listeners = new Set<(status: EngineStatus) => void>();
  /** Calls sent to the process that runs now. */
  readonly #sent = new Map<number, Pending>();
  /** What that process has yet to answer, calls that were cancelled meanwhile among them. */
  readonly #owed: Owed;
  /** Calls that wait for a process. */
  readonly #waiting = new Map<number, Pending>();
  #child: Forked<FromEngine, ToEngine> | null = null;
  #ready = false;
  #disposed = false;
  #nextId = 1;
  #deaths = 0;
  #failedStarts = 0;
  #timer: NodeJS.Timeout | null = null;
  /** The process that was replaced, until it is gone: two large models at once may be one too many. */
  #leaving: Promise<void> | null = null;
  #status: EngineStatus = { state: 'stopped', device: null, message: null };

  constructor(options: EngineOptions = {}) {
    this.#options = {
      entry: options.entry ?? fileURLToPath(new URL('./host.ts', import.meta.url)),
      models: options.models ?? 1,
      hangMs: options.hangMs ?? HANG_MS,
      stopMs: options.stopMs ?? STOP_MS,
      ...(options.cpuThreads === undefined ? {} : { cpuThreads: options.cpuThreads }),
    };
    this.#owed = new Owed(this.#options.stopMs, () => this.#replace());
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get status(): EngineStatus {
    return this.#status;
  }

  /** Hears every change of {@link status}. @returns a function that stops it. */
  onStatus(listener: (status: EngineStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Loads the model when it is not loaded. While a cache is written first, status and `onQuantise` say how far it is.
   * @param signal rejects the call with `cancelled` at once. Writing a cache stops (the next load goes on there); a load
   *   that has begun and does not end within `stopMs` ends with its process; one that has not is left out.
   * @throws FoveaError of the load, `engine_died`, or `cancelled`.
   */
  async modelInfo(
    model: ModelRef,
    signal?: AbortSignal,
    onQuantise?: (progress: QuantiseProgress) => void,
  ): Promise<ModelInfo> {
    const build = (id: number) => ({ type: 'modelInfo', id, input: { ...model } }) as const;
    const reply = await this.#call(build, signal, onQuantise);
    if (reply.type !== 'modelInfo') throw unexpected(reply);
    this.#setStatus({ ...this.#status, device: reply.output.device });
    return reply.output;
  }

  /** Signal and errors as {@link modelInfo}. */
  async choosePrecision(
    model: Omit<ModelRef, 'precision'>,
    signal?: AbortSignal,
    onQuantise?: (progress: QuantiseProgress) => void,
  ): Promise<ChosenPrecision> {
    const build = (id: number) => ({ type: 'choosePrecision', id, input: { ...model } }) as const;
    const reply = await this.#call(build, signal, onQuantise);
    if (reply.type !== 'choosePrecision') throw unexpected(reply);
    return reply.output;
  }

  /**
   * @param signal rejects the call with `cancelled` at once; the engine stops the sample before its next step, or is
   *   replaced when that does not come within `stopMs`.
   * @throws FoveaError of the sample, `engine_died` when the process ended under it, or `cancelled`.
   */
  label(request: LabelRequest, signal?: AbortSignal): Promise<LabelOutcome> {
    return this.#ask('label', inputs.labelInput(request), signal);
  }

  /** Each token's own map. Signal and errors as {@link label}. */
  tokens(request: TokensRequest, signal?: AbortSignal): Promise<TokensOutcome> {
    return this.#ask('tokens', inputs.tokensInput(request), signal);
  }

  /** An answer to the picture with a part taken away. Signal and errors as {@link label}. */
  reanswer(request: ReanswerRequest, signal?: AbortSignal): Promise<ReanswerOutcome> {
    return this.#ask('reanswer', inputs.reanswerInput(request), signal);
  }

  /** The second stage by itself. Signal and errors as {@link label}. */
  look(request: LookRequest, signal?: AbortSignal): Promise<LookOutcome> {
    return this.#ask('look', inputs.lookInput(request), signal);
  }

  /** One of the methods that an evaluation compares. Signal and errors as {@link label}. */
  tryMethod(request: TryRequest, signal?: AbortSignal): Promise<TryAnswer> {
    return this.#ask('tryMethod', inputs.tryInput(request), signal);
  }

  /** What the RPN reads of a question. Signal and errors as {@link label}. */
  features(request: FeaturesRequest, signal?: AbortSignal): Promise<FeaturesOutcome> {
    return this.#ask('features', { ...request, model: { ...request.model } }, signal);
  }

  /** What stands for a picture. Signal and errors as {@link label}. */
  embed(request: EmbedRequest, signal?: AbortSignal): Promise<EmbedOutcome> {
    return this.#ask('embed', { ...request, model: { ...request.model } }, signal);
  }

  /** What an RPN says of features. Signal and errors as {@link label}. */
  async predict(request: PredictRequest, signal?: AbortSignal): Promise<PredictOutcome> {
    const reply = await this.#call(
      (id) => ({ type: 'predict', id, input: inputs.predictInput(request) }),
      signal,
    );
    if (reply.type !== 'predict') throw unexpected(reply);
    return reply.output;
  }

  /** One forward pass with everything it gives. @throws FoveaError of the probe, or `engine_died`. */
  async probe(request: ProbeRequest): Promise<ProbeOutcome> {
    const reply = await this.#call((id) => ({ type: 'probe', id, input: inputs.probeInput(request) }));
    if (reply.type !== 'probe') throw unexpected(reply);
    return reply.output;
  }

  /** Stops the process; calls in flight and later ones reject with `engine_died`. Safe to call twice. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const child = this.#child;
    this.#child = null;
    this.#owed.clear();
    this.#rejectAll('the engine was stopped');
    this.#setStatus({ state: 'stopped', device: null, message: null });
    await Promise.all([child?.stop(STOP_GRACE_MS), this.#leaving]);
  }

  /** What is told of the engine is where its last answer came from. */
  async #ask<T extends keyof PictureCalls>(
    type: T,
    input: PictureCalls[T]['input'],
    signal?: AbortSignal,
  ): Promise<PictureCalls[T]['output']> {
    const reply = await this.#call((id) => ({ type, id, input }) as unknown as Call, signal);
    if (reply.type !== type) throw unexpected(reply);
    const { output } = reply as unknown as { readonly output: PictureCalls[T]['output'] };
    this.#ranOn(output.device);
    return output;
  }

  #call(
    build: (id: number) => Call,
    signal?: AbortSignal,
    onQuantise?: Pending['onQuantise'],
  ): Promise<Extract<FromEngine, { id: number }>> {
    if (this.#disposed) return Promise.reject(died('the engine was stopped'));
    if (signal?.aborted) return Promise.reject(cancelled());
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        if (this.#sent.has(id)) this.#child?.send({ type: 'cancel', id });
        this.#settle(id)?.reject(cancelled());
        this.#owed.cancelled(id);
      };
      const done = (): void => signal?.removeEventListener('abort', onAbort);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(id, {
        message: build(id),
        onQuantise,
        resolve: (reply) => (done(), resolve(reply)),
        reject: (error) => (done(), reject(error)),
      });
      this.#pump();
    });
  }

  /** Brings waiting calls to a process, starting one when there is none and none is due. */
  #pump(): void {
    if (this.#ready && this.#child) {
      for (const [id, pending] of this.#waiting) {
        this.#waiting.delete(id);
        this.#sent.set(id, pending);
        this.#owed.sent(id);
        this.#child.send(pending.message);
      }
    } else if (!this.#child && !this.#timer && !this.#leaving && this.#waiting.size > 0) {
      this.#start();
    }
    this.#updateRefs();
  }

  #start(): void {
    this.#timer = null;
    this.#setStatus({
      state: this.#deaths > 0 || this.#status.state === 'restarting' ? 'restarting' : 'starting',
      device: null,
      message: this.#status.message,
    });
    const { entry, hangMs, models, cpuThreads } = this.#options;
    const child: Forked<FromEngine, ToEngine> = new Forked(
      {
        entry,
        hangMs,
        argument: { models, cpuThreads },
        parse: (raw) => fromEngineSchema.safeParse(raw).data ?? null,
      },
      {
        message: (message) => this.#child === child && this.#receive(message),
        end: (reason) => this.#child === child && this.#died(reason),
      },
    );
    this.#child = child;
    this.#ready = false;
    this.#updateRefs();
  }

  #receive(message: FromEngine): void {
    if (message.type === 'beat') return;
    if (message.type === 'ready') {
      this.#ready = true;
      this.#failedStarts = 0;
      this.#setStatus({ state: 'ready', device: null, message: null });
      this.#pump();
      return;
    }
    if (message.type === 'quantising') {
      this.#sent.get(message.id)?.onQuantise?.(message.progress);
      this.#setStatus({ ...this.#status, message: writing(message.progress) });
      return;
    }
    this.#deaths = 0;
    this.#owed.answered(message.id);
    if (this.#status.state === 'ready') this.#setStatus({ ...this.#status, message: null });
    const pending = this.#settle(message.id);
    if (message.type === 'error') pending?.reject(FoveaError.fromWire(message.error));
    else pending?.resolve(message);
    this.#updateRefs();
  }

  #died(reason: string): void {
    const wasReady = this.#ready;
    this.#child = null;
    this.#ready = false;
    this.#owed.clear();
    this.#deaths++;
    if (!wasReady) this.#failedStarts++;
    const lost = [...this.#sent.values()];
    this.#sent.clear();
    const message = `the engine process ended (${reason})`;
    const givenUp = this.#failedStarts >= FAILED_STARTS;
    if (givenUp) {
      this.#failedStarts = 0;
      lost.push(...this.#waiting.values());
      this.#waiting.clear();
    }
    this.#setStatus({ state: givenUp ? 'failed' : 'restarting', device: null, message });
    const delay = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#deaths - 1));
    this.#timer = setTimeout(() => this.#start(), delay);
    if (givenUp) {
      // Nobody waits: the next call starts it, not the clock.
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    this.#updateRefs();
    for (const pending of lost) pending.reject(died(message));
  }

  /** Ends a process that does not stop. What waited behind the cancelled call has not begun: the next process does it. */
  #replace(): void {
    const child = this.#child;
    if (!child) return;
    this.#child = null;
    this.#ready = false;
    const waiting = [...this.#sent, ...this.#waiting];
    this.#sent.clear();
    this.#waiting.clear();
    for (const [id, pending] of waiting) this.#waiting.set(id, pending);
    const seconds = this.#options.stopMs / 1000;
    const message = `what was cancelled did not stop within ${seconds} s: the engine is started anew and loads its model again`;
    this.#setStatus({ state: waiting.length > 0 ? 'restarting' : 'stopped', device: null, message });
    this.#leaving = child.stop(0).finally(() => {
      this.#leaving = null;
      if (!this.#disposed) this.#pump();
    });
  }

  /** Takes a call out of the books. */
  #settle(id: number): Pending | undefined {
    const pending = this.#sent.get(id) ?? this.#waiting.get(id);
    this.#sent.delete(id);
    this.#waiting.delete(id);
    this.#updateRefs();
    return pending;
  }

  #rejectAll(message: string): void {
    const all = [...this.#sent.values(), ...this.#waiting.values()];
    this.#sent.clear();
    this.#waiting.clear();
    for (const pending of all) pending.reject(died(message));
  }

  /** An idle engine keeps nobody's event loop alive. */
  #updateRefs(): void {
    const busy = this.#sent.size + this.#waiting.size > 0;
    if (this.#child) this.#child.busy = busy;
    if (busy) this.#timer?.ref();
    else this.#timer?.unref();
  }

  #ranOn(device: string): void {
    if (this.#status.device !== device) this.#setStatus({ ...this.#status, device });
  }

  #setStatus(status: EngineStatus): void {
    const same = (['state', 'device', 'message'] as const).every((key) => status[key] === this.#status[key]);
    if (same) return;
    this.#status = status;
    for (const listener of this.#listeners) listener(status);
  }
}
