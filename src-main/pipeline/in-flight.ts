/**
 * Many samples at once on one model. Each goes its own way and asks the model as if it were alone; what it asks runs in
 * turn, and steps of decoding wait for one another: when every sample is at a step, all are made together, each weight
 * read once. No clock decides, so the same samples are batched the same way.
 *
 * Prompts and pictures go first, because a sample that joins makes every later step wider. So that steps are not put off
 * for ever, they are made with those that wait after so many of the others, between two chunks of a long prompt, and, when
 * somebody waits for one of them to end, before anything else.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ForwardRequest, ForwardResult, KvCache, StepRequest, VisionLanguageModel } from './ports.ts';

/** Prompts and pictures that a step lets pass, per sample in flight: about those of one sample. */
const PATIENCE = 4;
/**
 * Part of those in flight that wait at a step, from which on it is made between two chunks of a prompt. A step reads the
 * weights once, for however many it is made: where nobody waits for one of few, it is better made for all. Worst with short
 * answers: samples per processor second of eight in flight, prompts of 620 tokens, answers of 2, a 326 M LLaVA at int8, one
 * thread, against no steps between chunks: 0.98 with steps for whoever waits, 1.01 with steps for half.
 */
const WORTH = 0.5;

/** A sample in flight. */
export interface Member {
  /** The model as this sample asks it. What waits for its turn rejects with `cancelled` when the sample is cancelled. */
  readonly model: VisionLanguageModel;
  /** The sample is over: others wait for it no longer. */
  leave(): void;
}

interface Waiting {
  readonly reject: (error: unknown) => void;
}

interface WaitingTurn extends Waiting {
  /** Begins the work, or goes on with it, up to its next pause or its end. Never rejects. */
  readonly run: () => Promise<void>;
}

interface WaitingStep extends Waiting {
  readonly request: StepRequest;
  readonly asked: boolean;
  readonly resolve: (result: ForwardResult) => void;
}

export class InFlight {
  readonly #model: VisionLanguageModel;
  #members = 0;
  readonly #whole = new Set<WaitingTurn>();
  /** The prompt that is between two chunks. */
  readonly #paused = new Set<WaitingTurn>();
  readonly #steps = new Set<WaitingStep>();
  /** How many the steps that wait have let pass. */
  #passed = 0;
  #busy = false;

  constructor(model: VisionLanguageModel) {
    this.#model = model;
  }

  /**
   * A sample begins; it has to `leave`.
   * @param asked somebody waits for just this one: its steps are not put off
   */
  join(signal?: AbortSignal, asked = false): Member {
    this.#members++;
    const model = this.#model;
    /** What the sample waits for, and how it is taken out of its queue. */
    const own = new Map<Waiting, () => boolean>();
    const wait = <T extends Waiting>(queue: Set<T>, waiting: T): void => {
      queue.add(waiting);
      own.set(waiting, () => queue.delete(waiting));
      if (signal?.aborted) cancel();
      else this.#pump();
    };
    const cancel = (): void => {
      for (const [waiting, takeOut] of own) {
        if (takeOut()) waiting.reject(new FoveaError('cancelled', 'the sample was cancelled'));
      }
      own.clear();
      this.#pump();
    };
    const answered = <T>(
      begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => Waiting,
    ) => {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const waiting = begin(resolve, reject);
      return promise.finally(() => own.delete(waiting));
    };
    const inTurn = <T>(work: (pause: () => Promise<void>) => Promise<T>): Promise<T> =>
      answered<T>((resolve, reject) => {
        /** The run that goes on now. */
        let over = Promise.withResolvers<void>();
        const run = (go: () => void) => () => {
          over = Promise.withResolvers<void>();
          go();
          return over.promise;
        };
        const pause = (): Promise<void> =>
          answered<void>((goOn, stop) => {
            const waiting: WaitingTurn = { reject: stop, run: run(goOn) };
            wait(this.#paused, waiting);
            over.resolve();
            return waiting;
          });
        const begin = () =>
          void work(pause)
            .then(resolve, reject)
            .finally(() => over.resolve());
        const waiting: WaitingTurn = { reject, run: run(begin) };
        wait(this.#whole, waiting);
        return waiting;
      });
    const inStep = (request: StepRequest): Promise<ForwardResult> =>
      answered<ForwardResult>((resolve, reject) => {
        const waiting: WaitingStep = { request, asked, resolve, reject };
        wait(this.#steps, waiting);
        return waiting;
      });
    signal?.addEventListener('abort', cancel, { once: true });
    let here = true;
    return {
      model: {
        profile: model.profile,
        encodeImage: (...args) => inTurn(() => model.encodeImage(...args)),
        pixelCount: (grid) => model.pixelCount(grid),
        newCache: () => model.newCache(),
        forward: (cache, request) => {
          const step = model.profile.batches ? stepOf(cache, request) : null;
          return step ? inStep(step) : inTurn((pause) => model.forward(cache, request, pause));
        },
        steps: (requests) => inTurn(() => model.steps(requests)),
        rpn: (...args) => inTurn(() => model.rpn(...args)),
        gate: (...args) => inTurn(() => model.gate(...args)),
        dispose: () => Promise.resolve(),
      },
      leave: () => {
        if (!here) return;
        here = false;
        signal?.removeEventListener('abort', cancel);
        this.#members--;
        this.#pump();
      },
    };
  }

  #pump(): void {
    if (this.#busy) return;
    const turn = this.#next();
    if (turn === null) return;
    this.#busy = true;
    void turn().finally(() => {
      this.#busy = false;
      this.#pump();
    });
  }

  /** What is to run now; null: somebody is about to ask for something. */
  #next(): (() => Promise<void>) | null {
    const steps = [...this.#steps];
    const [paused] = this.#paused;
    const [first] = this.#whole;
    const whole = paused ?? first;
    if (steps.length > 0 && (steps.length === this.#members || this.#isDue(steps, whole))) {
      this.#steps.clear();
      this.#passed = 0;
      return () => this.#together(steps);
    }
    if (whole === undefined) return null;
    this.#whole.delete(whole);
    this.#paused.delete(whole);
    if (steps.length > 0) this.#passed++;
    return whole.run;
  }

  /** Whether steps of some are made before `whole`. */
  #isDue(steps: readonly WaitingStep[], whole: WaitingTurn | undefined): boolean {
    if (this.#passed >= PATIENCE * this.#members) return true;
    if (whole === undefined) return false;
    const between = this.#paused.has(whole);
    return steps.some(({ asked }) => asked) || (between && steps.length >= WORTH * this.#members);
  }

  /** Never rejects: what fails all of them is tried one by one, so that a sample fails by its own doing alone. */
  async #together(steps: readonly WaitingStep[]): Promise<void> {
    try {
      const results = await this.#model.steps(steps.map(({ request }) => request));
      results.forEach((result, i) => {
        if (result.status === 'fulfilled') steps[i]?.resolve(result.value);
        else steps[i]?.reject(result.reason);
      });
    } catch (error) {
      if (steps.length === 1) steps[0]?.reject(error);
      else for (const step of steps) await this.#together([step]);
    }
  }
}

/** A request that is one step of decoding, as one; null: it is not. */
function stepOf(
  cache: KvCache,
  { parts, taps, logits, hiddenOf, layers }: ForwardRequest,
): StepRequest | null {
  const [part, ...more] = parts;
  if (!part || !('tokens' in part) || part.tokens.length !== 1 || more.length > 0) return null;
  if ((logits ?? 'last') !== 'last' || hiddenOf !== undefined || layers !== undefined) return null;
  if (taps && (taps.rows[0] !== 0 || taps.rows[1] !== 1)) return null;
  const [token] = part.tokens as readonly [number];
  return { cache, token, ...(taps ? { taps: { heads: taps.heads, keys: taps.keys } } : {}) };
}
