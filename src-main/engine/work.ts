/**
 * The engine process's work, one call at a time in the order they came: ONNX Runtime blocks its thread anyway. Samples
 * that are to be labelled together are in flight at once, as many as there is memory for: their decoding steps are made
 * together (pipeline/in-flight.ts). A call can be cancelled while it waits and between its steps.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { analyseSample } from '../pipeline/analyse.ts';
import { featuresOf } from '../pipeline/features.ts';
import { lookAgain } from '../pipeline/look.ts';
import { predictFrom } from '../pipeline/predict.ts';
import { probeModel } from '../pipeline/probe.ts';
import { reanswer } from '../pipeline/reanswer.ts';
import { tryMethod } from '../pipeline/try-method.ts';
import { inspectTokens } from '../pipeline/tokens.ts';
import { heeding } from '../pipeline/heeding.ts';
import { InFlight } from '../pipeline/in-flight.ts';
import type { Subject } from '../pipeline/subject/subject.ts';
import { Stopwatch } from '../pipeline/subject/stopwatch.ts';
import { EncodingFolders } from './encodings.ts';
import type { SampleEncodings } from './encodings.ts';
import { describe } from './models.ts';
import { watchMemory } from './memory-peak.ts';
import type { LoadWatch, ModelCache, OpenModel } from './models.ts';
import { Pictures } from './pictures.ts';
import type { PictureInUse } from './pictures.ts';
import type {
  EmbedOutcome,
  EmbedRequest,
  FeaturesOutcome,
  FeaturesRequest,
  LabelOutcome,
  LabelRequest,
  ModelRef,
  Precision,
  TokensOutcome,
  TokensRequest,
} from './protocol.ts';
import { roomFor } from './room.ts';
import type { FromEngine, ToEngine } from './wire.ts';

/** The same values under the wire's types, which do not say `readonly`; they are cloned on the way out. */
type ModelInfoOut = Extract<FromEngine, { type: 'modelInfo' }>['output'];
type ProbeOut = Extract<FromEngine, { type: 'probe' }>['output'];
type LabelOut = Extract<FromEngine, { type: 'label' }>['output'];
type TokensOut = Extract<FromEngine, { type: 'tokens' }>['output'];
type LookOut = Extract<FromEngine, { type: 'look' }>['output'];
type TryOut = Extract<FromEngine, { type: 'tryMethod' }>['output'];
type FeaturesOut = Extract<FromEngine, { type: 'features' }>['output'];
type EmbedOut = Extract<FromEngine, { type: 'embed' }>['output'];
type PredictOut = Extract<FromEngine, { type: 'predict' }>['output'];
type ReanswerOut = Extract<FromEngine, { type: 'reanswer' }>['output'];

type Call = Exclude<ToEngine, { type: 'cancel' }>;

/** Between two words of progress. */
const PROGRESS_MS = 250;

interface Queued {
  readonly call: Call;
  readonly signal: AbortSignal;
}

export class Worker {
  readonly #models: ModelCache;
  readonly #send: (message: FromEngine) => void;
  readonly #pictures = new Pictures();
  readonly #encodings = new EncodingFolders();
  /** Calls that have not been answered. */
  readonly #open = new Map<number, AbortController>();
  readonly #queue: Queued[] = [];
  readonly #running = new Set<Call>();
  /** The model of samples in flight, once it is loaded, and how many of them there is room for; null: there are none. */
  #inFlight: { readonly model: string; readonly room: number } | null = null;
  #together: { readonly opened: OpenModel; readonly samples: InFlight } | null = null;

  constructor(models: ModelCache, send: (message: FromEngine) => void) {
    this.#models = models;
    this.#send = send;
  }

  accept(message: ToEngine): void {
    if (message.type === 'cancel') {
      this.#open.get(message.id)?.abort();
      return;
    }
    const controller = new AbortController();
    this.#open.set(message.id, controller);
    this.#queue.push({ call: message, signal: controller.signal });
    this.#pump();
  }

  /** Begins what is next in order, if it may begin: alone, or beside samples in flight of its model. */
  #pump(): void {
    for (let next = this.#queue[0]; next && this.#mayBegin(next.call); next = this.#queue[0]) {
      this.#queue.shift();
      const { call, signal } = next;
      if (this.#running.size === 0) this.#inFlight = null;
      this.#running.add(call);
      void this.#answer(call, signal).finally(() => {
        this.#running.delete(call);
        this.#pump();
      });
    }
  }

  #mayBegin(call: Call): boolean {
    if (this.#running.size === 0) return true;
    if (this.#inFlight === null || this.#inFlight.model !== modelOf(call)) return false;
    const samples = [...this.#running].filter(isTogether).length;
    // A question that somebody asks meanwhile does not wait for all of them, one at a time.
    return isTogether(call) ? samples < this.#inFlight.room : this.#running.size === samples;
  }

  /** Never rejects: every call ends in a message. */
  async #answer(call: Call, signal: AbortSignal): Promise<void> {
    try {
      if (signal.aborted) throw new FoveaError('cancelled', 'the call was cancelled');
      if (call.type === 'modelInfo') {
        const output = describe(await this.#model(call.input, call.id, signal)) as ModelInfoOut;
        this.#send({ type: 'modelInfo', id: call.id, output });
      } else if (call.type === 'choosePrecision') {
        const onQuantise = this.#onQuantise('int8', call.id);
        const output = await this.#models.choose(call.input, { signal, onQuantise });
        this.#send({ type: 'choosePrecision', id: call.id, output });
      } else if (call.type === 'probe') {
        const opened = await this.#model(call.input.model, call.id, signal);
        const output = (await probeModel(opened, call.input, new Stopwatch(signal))) as ProbeOut;
        this.#send({ type: 'probe', id: call.id, output });
      } else if (call.type === 'tokens') {
        const output = (await this.#tokens(call.input, call.id, signal)) as TokensOut;
        this.#send({ type: 'tokens', id: call.id, output });
      } else if (call.type === 'reanswer') {
        const output = await this.#asking(call.input, call.id, signal, (_, subject) =>
          reanswer(subject, call.input, signal),
        );
        this.#send({ type: 'reanswer', id: call.id, output: output as ReanswerOut });
      } else if (call.type === 'look') {
        const output = await this.#asking(call.input, call.id, signal, (_, subject) =>
          lookAgain(subject, call.input, signal),
        );
        this.#send({ type: 'look', id: call.id, output: output as LookOut });
      } else if (call.type === 'tryMethod') {
        const output = await this.#asking(call.input, call.id, signal, async (_, subject) => {
          const peak = watchMemory();
          const outcome = await tryMethod(subject, call.input, signal);
          return { ...outcome, memoryBytes: this.#inFlight === null ? peak() : null };
        });
        this.#send({ type: 'tryMethod', id: call.id, output: output as TryOut });
      } else if (call.type === 'features') {
        const output = (await this.#features(call.input, call.id, signal)) as FeaturesOut;
        this.#send({ type: 'features', id: call.id, output });
      } else if (call.type === 'embed') {
        const output = (await this.#embed(call.input, call.id, signal)) as EmbedOut;
        this.#send({ type: 'embed', id: call.id, output });
      } else if (call.type === 'predict') {
        const opened = await this.#models.branch(call.input.model);
        const output = (await predictFrom(opened, call.input, signal)) as PredictOut;
        this.#send({ type: 'predict', id: call.id, output });
      } else {
        const output = (await this.#label(call.input, call.id, signal)) as LabelOut;
        this.#send({ type: 'label', id: call.id, output });
      }
    } catch (error) {
      this.#send({ type: 'error', id: call.id, error: FoveaError.from(error).toWire() });
    } finally {
      this.#open.delete(call.id);
    }
  }

  /** The loaded model; call `id` hears of a cache that has to be written first, at most a few times a second. */
  #model(ref: ModelRef, id: number, signal: AbortSignal): Promise<OpenModel> {
    const { precision = 'as-stored' } = ref;
    return this.#models.get(ref, { signal, onQuantise: this.#onQuantise(precision, id) });
  }

  #onQuantise(precision: Precision, id: number): NonNullable<LoadWatch['onQuantise']> {
    let next = 0;
    return ({ done, total }) => {
      if (done < total && performance.now() < next) return;
      next = performance.now() + PROGRESS_MS;
      this.#send({ type: 'quantising', id, progress: { precision, done, total } });
    };
  }

  /** Opens the model and asks it: by itself, or in turn with the samples that are in flight. */
  async #asking<T>(
    request: { readonly model: ModelRef },
    id: number,
    signal: AbortSignal,
    ask: (opened: OpenModel, subject: Subject) => Promise<T>,
    sample: LabelRequest | null = null,
  ): Promise<T> {
    const opened = await this.#model(request.model, id, signal);
    if (sample === null && this.#inFlight === null)
      return ask(opened, { checkpoint: opened.checkpoint, model: heeding(opened.model, signal) });
    if (this.#together?.opened !== opened) this.#together = { opened, samples: new InFlight(opened.model) };
    const member = this.#together.samples.join(signal, sample === null);
    try {
      if (sample && this.#inFlight === null) {
        this.#inFlight = { model: JSON.stringify(sample.model), room: roomFor(opened, sample) };
        this.#pump();
      }
      return await ask(opened, { checkpoint: opened.checkpoint, model: member.model });
    } finally {
      member.leave();
    }
  }

  #label(request: LabelRequest, id: number, signal: AbortSignal): Promise<LabelOutcome> {
    const ask = (opened: OpenModel, subject: Subject): Promise<LabelOutcome> => {
      const watch = new Stopwatch(signal);
      const encodings = this.#encodings.of(opened, request.encodings);
      const own = keeping(subject, encodings);
      return this.#onPicture(opened, own, request, watch, async ({ encoded, shared, native, embedding }) => {
        const outcome = await analyseSample(own, request, { signal, encoded, shared, native });
        const timings = { ...outcome.timings, ...watch.report() };
        const made = embedding();
        return {
          ...outcome,
          timings,
          ...(encodings ? { encodings: encodings.report } : {}),
          ...(made ? { embedding: made } : {}),
        };
      });
    };
    return this.#asking(request, id, signal, ask, request.together ? request : null);
  }

  #tokens(request: TokensRequest, id: number, signal: AbortSignal): Promise<TokensOutcome> {
    return this.#asking(request, id, signal, (opened, subject) => {
      const watch = new Stopwatch(signal);
      return this.#onPicture(opened, subject, request, watch, async ({ encoded, shared }) => {
        const outcome = await inspectTokens(subject, request, { signal, encoded, shared });
        return {
          ...outcome,
          timings: { ...watch.report(), ...outcome.timings, total: watch.report()['total'] ?? 0 },
        };
      });
    });
  }

  #features(request: FeaturesRequest, id: number, signal: AbortSignal): Promise<FeaturesOutcome> {
    return this.#asking(request, id, signal, (opened, subject) => {
      const watch = new Stopwatch(signal);
      // The picture as it is, whatever the teacher sees.
      const asked = { ...request, preset: { ...request.preset, teacher: undefined } };
      const own = keeping(subject, this.#encodings.of(opened, request.encodings));
      return this.#onPicture(opened, own, asked, watch, async ({ encoded, shared }) => {
        const outcome = await featuresOf(own, request, { signal, encoded, shared });
        return {
          ...outcome,
          timings: { ...watch.report(), ...outcome.timings, total: watch.report()['total'] ?? 0 },
        };
      });
    });
  }

  #embed(request: EmbedRequest, id: number, signal: AbortSignal): Promise<EmbedOutcome> {
    return this.#asking(request, id, signal, (opened, subject) => {
      const watch = new Stopwatch(signal);
      const own = keeping(subject, this.#encodings.of(opened, request.encodings));
      return this.#onPicture(opened, own, request, watch, ({ embedding }) =>
        Promise.resolve({
          embedding: embedding(),
          timings: watch.report(),
          device: subject.model.profile.device,
        }),
      );
    });
  }

  async #onPicture<T>(
    opened: OpenModel,
    subject: Subject,
    request: Pick<LabelRequest, 'imagePath' | 'preset'>,
    watch: Stopwatch,
    work: (picture: PictureInUse) => Promise<T>,
  ): Promise<T> {
    const picture = await this.#pictures.use(opened, subject, request, watch);
    try {
      return await work(picture);
    } finally {
      picture.end();
    }
  }
}

/** What a sample asks, with what is kept of pictures. */
function keeping({ model, checkpoint }: Subject, encodings: SampleEncodings | undefined): Subject {
  return { model, checkpoint, ...(encodings ? { encodings } : {}) };
}

/** A sample that may be labelled together with others. */
function isTogether(call: Call): boolean {
  return call.type === 'label' && call.input.together === true;
}

/** The model whose samples a call may run beside; null: it runs alone. */
function modelOf(call: Call): string | null {
  if (call.type === 'modelInfo') return JSON.stringify(call.input);
  if (call.type === 'probe' || call.type === 'predict' || call.type === 'choosePrecision') return null;
  return JSON.stringify(call.input.model);
}
