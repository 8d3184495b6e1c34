/**
 * The engine as several processes where they are faster than one (`spread.ts`): the first answers everything, the others
 * start when it is busy with questions of their model and end when nobody has asked for a while. A question goes where its
 * picture is at work or was last, which has its encoding; else to whoever has least to do. Every process gives the same.
 */
import type { EngineClient, EngineStatus } from './client.ts';
import { QUESTIONS_AHEAD } from './protocol.ts';
import type {
  ChosenPrecision,
  EmbedOutcome,
  EmbedRequest,
  Engine,
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
import { enginesFor } from './spread.ts';

export interface GroupOptions {
  /** @see enginesFor; tests say another number */
  readonly enginesFor?: (info: ModelInfo) => number;
  /** After so long without a question the other processes end (default a minute). */
  readonly idleMs?: number;
}

const IDLE_MS = 60_000;

/** An engine of one process. */
export type EngineProcess = Pick<EngineClient, keyof EngineClient>;

/** One of the processes, and what it is asked at the moment. */
interface Member {
  readonly engine: EngineProcess;
  /** Questions by their picture. */
  readonly asked: Map<string, number>;
  count: number;
  last: string | null;
}

interface Question {
  readonly model: ModelRef;
  readonly imagePath: string;
}

export class EngineGroup implements Engine {
  readonly #start: () => EngineProcess;
  readonly #options: Required<GroupOptions>;
  readonly #members: [Member, ...Member[]];
  readonly #listeners = new Set<(status: EngineStatus) => void>();
  /** How many processes the model is spread over that was opened last. */
  #spread: { readonly model: string; readonly engines: number } | null = null;
  #idle: NodeJS.Timeout | null = null;
  #disposed = false;

  /** @param start makes an engine that has not been started yet */
  constructor(start: () => EngineProcess, options: GroupOptions = {}) {
    this.#start = start;
    this.#options = { enginesFor, idleMs: IDLE_MS, ...options };
    this.#members = [this.#member()];
  }

  /** Of the first process. */
  get pid(): number | null {
    return this.#first.pid;
  }

  /** The processes that run. */
  get pids(): readonly number[] {
    return this.#members.flatMap(({ engine: { pid } }) => (pid === null ? [] : [pid]));
  }

  /** Of the first process, unless another one has died. */
  get status(): EngineStatus {
    const states = this.#members.map(({ engine }) => engine.status);
    const troubled = states.find(({ state }) => state === 'failed' || state === 'restarting');
    return troubled ?? this.#first.status;
  }

  /** Hears every change of {@link status}. @returns a function that stops it. */
  onStatus(listener: (status: EngineStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** As `EngineClient.modelInfo`, and says over how many processes its questions are spread. */
  async modelInfo(
    model: ModelRef,
    signal?: AbortSignal,
    onQuantise?: (progress: QuantiseProgress) => void,
  ): Promise<ModelInfo> {
    const info = await this.#first.modelInfo(model, signal, onQuantise);
    const engines = this.#options.enginesFor(info);
    this.#spread = { model: keyOf(model), engines };
    return { ...info, engines };
  }

  /** As `EngineClient.choosePrecision`. */
  choosePrecision(
    model: Omit<ModelRef, 'precision'>,
    signal?: AbortSignal,
    onQuantise?: (progress: QuantiseProgress) => void,
  ): Promise<ChosenPrecision> {
    return this.#first.choosePrecision(model, signal, onQuantise);
  }

  /** As `EngineClient.label`. */
  label(request: LabelRequest, signal?: AbortSignal): Promise<LabelOutcome> {
    return this.#ask(request, (engine) => engine.label(request, signal));
  }

  /** As `EngineClient.tokens`. */
  tokens(request: TokensRequest, signal?: AbortSignal): Promise<TokensOutcome> {
    return this.#ask(request, (engine) => engine.tokens(request, signal));
  }

  /** As `EngineClient.reanswer`. */
  reanswer(request: ReanswerRequest, signal?: AbortSignal): Promise<ReanswerOutcome> {
    return this.#ask(request, (engine) => engine.reanswer(request, signal));
  }

  /** As `EngineClient.look`. */
  look(request: LookRequest, signal?: AbortSignal): Promise<LookOutcome> {
    return this.#ask(request, (engine) => engine.look(request, signal));
  }

  /** As `EngineClient.tryMethod`. */
  tryMethod(request: TryRequest, signal?: AbortSignal): Promise<TryAnswer> {
    return this.#ask(request, (engine) => engine.tryMethod(request, signal));
  }

  /** As `EngineClient.features`. */
  features(request: FeaturesRequest, signal?: AbortSignal): Promise<FeaturesOutcome> {
    return this.#ask(request, (engine) => engine.features(request, signal));
  }

  /** As `EngineClient.embed`. */
  embed(request: EmbedRequest, signal?: AbortSignal): Promise<EmbedOutcome> {
    return this.#ask(request, (engine) => engine.embed(request, signal));
  }

  /** As `EngineClient.predict`. */
  predict(request: PredictRequest, signal?: AbortSignal): Promise<PredictOutcome> {
    return this.#first.predict(request, signal);
  }

  /** As `EngineClient.probe`. */
  probe(request: ProbeRequest): Promise<ProbeOutcome> {
    return this.#first.probe(request);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#stopWaiting();
    await Promise.all(this.#members.map(({ engine }) => engine.dispose()));
  }

  get #first(): EngineProcess {
    return this.#members[0].engine;
  }

  #member(): Member {
    const engine = this.#start();
    engine.onStatus(() => {
      const { status } = this;
      for (const listener of this.#listeners) listener(status);
    });
    return { engine, asked: new Map(), count: 0, last: null };
  }

  async #ask<T>(question: Question, ask: (engine: EngineProcess) => Promise<T>): Promise<T> {
    const { imagePath } = question;
    const member = this.#memberFor(question);
    this.#stopWaiting();
    member.count++;
    member.last = imagePath;
    member.asked.set(imagePath, (member.asked.get(imagePath) ?? 0) + 1);
    try {
      return await ask(member.engine);
    } finally {
      member.count--;
      const left = (member.asked.get(imagePath) ?? 1) - 1;
      if (left === 0) member.asked.delete(imagePath);
      else member.asked.set(imagePath, left);
      this.#waitForIdle();
    }
  }

  #memberFor({ model, imagePath }: Question): Member {
    const engines = this.#spread?.model === keyOf(model) ? this.#spread.engines : 1;
    const here = this.#members.slice(0, engines);
    const [known] = here
      .filter(
        ({ asked, last, count }) => count < QUESTIONS_AHEAD && (asked.has(imagePath) || last === imagePath),
      )
      .sort(byCount);
    if (known) return known;
    const [least = this.#members[0]] = here.toSorted(byCount);
    if (least.count === 0 || here.length === engines || this.#disposed) return least;
    const another = this.#member();
    this.#members.push(another);
    return another;
  }

  #waitForIdle(): void {
    if (this.#disposed || this.#members.length === 1) return;
    if (this.#members.some(({ count }) => count > 0)) return;
    this.#idle = setTimeout(() => void this.#endOthers(), this.#options.idleMs).unref();
  }

  #stopWaiting(): void {
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = null;
  }

  async #endOthers(): Promise<void> {
    const others = this.#members.splice(1);
    await Promise.all(others.map(({ engine }) => engine.dispose()));
  }
}

function byCount(a: Member, b: Member): number {
  return a.count - b.count;
}

/** The same for references to the same model, however they were put together. */
function keyOf({ dir, rpnDir, adapterDir, device, precision = 'as-stored' }: ModelRef): string {
  return JSON.stringify([dir, rpnDir ?? null, adapterDir ?? null, device, precision]);
}
