/**
 * The engine process's work, one call at a time in the order they came: ONNX Runtime blocks its thread anyway, and two
 * samples at once would only fight for memory. A call can be cancelled while it waits and between its steps.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { pictureStat } from '../checkpoint/image/guarded-file.ts';
import { analyseSample } from '../pipeline/analyse.ts';
import { featuresOf } from '../pipeline/features.ts';
import { lookAgain } from '../pipeline/look.ts';
import { predictFrom } from '../pipeline/predict.ts';
import { probeModel } from '../pipeline/probe.ts';
import { reanswer } from '../pipeline/reanswer.ts';
import { inspectTokens } from '../pipeline/tokens.ts';
import { NativeView } from '../pipeline/passes/native.ts';
import { encodeImageFile } from '../pipeline/subject/subject.ts';
import { SharedPrefix } from '../pipeline/subject/shared-prefix.ts';
import type { EncodedImage } from '../pipeline/subject/subject.ts';
import { Stopwatch } from '../pipeline/subject/stopwatch.ts';
import { viewOf } from '../pipeline/subject/view.ts';
import { describe } from './models.ts';
import type { ModelCache, OpenModel } from './models.ts';
import type {
  FeaturesOutcome,
  FeaturesRequest,
  LabelOutcome,
  LabelRequest,
  ModelRef,
  TokensOutcome,
  TokensRequest,
} from './protocol.ts';
import type { FromEngine, ToEngine } from './wire.ts';

/** The same values under the wire's types, which do not say `readonly`; they are cloned on the way out. */
type ModelInfoOut = Extract<FromEngine, { type: 'modelInfo' }>['output'];
type ProbeOut = Extract<FromEngine, { type: 'probe' }>['output'];
type LabelOut = Extract<FromEngine, { type: 'label' }>['output'];
type TokensOut = Extract<FromEngine, { type: 'tokens' }>['output'];
type LookOut = Extract<FromEngine, { type: 'look' }>['output'];
type FeaturesOut = Extract<FromEngine, { type: 'features' }>['output'];
type PredictOut = Extract<FromEngine, { type: 'predict' }>['output'];
type ReanswerOut = Extract<FromEngine, { type: 'reanswer' }>['output'];

type Call = Exclude<ToEngine, { type: 'cancel' }>;

/** Between two words of progress. */
const PROGRESS_MS = 250;

/** The picture asked about last, and what questions on it share. */
interface LastPicture {
  readonly key: string;
  readonly model: OpenModel;
  readonly encoded: EncodedImage;
  readonly shared: SharedPrefix;
  readonly native: NativeView;
}

export class Worker {
  readonly #models: ModelCache;
  readonly #send: (message: FromEngine) => void;
  readonly #running = new Map<number, AbortController>();
  #tail: Promise<void> = Promise.resolve();
  #last: LastPicture | null = null;

  constructor(models: ModelCache, send: (message: FromEngine) => void) {
    this.#models = models;
    this.#send = send;
  }

  accept(message: ToEngine): void {
    if (message.type === 'cancel') {
      this.#running.get(message.id)?.abort();
      return;
    }
    const controller = new AbortController();
    this.#running.set(message.id, controller);
    this.#tail = this.#tail.then(() => this.#answer(message, controller.signal));
  }

  /** Never rejects: every call ends in a message. */
  async #answer(call: Call, signal: AbortSignal): Promise<void> {
    try {
      if (signal.aborted) throw new FoveaError('cancelled', 'the call was cancelled');
      if (call.type === 'modelInfo') {
        const output = describe(await this.#model(call.input, call.id, signal)) as ModelInfoOut;
        this.#send({ type: 'modelInfo', id: call.id, output });
      } else if (call.type === 'probe') {
        const opened = await this.#model(call.input.model, call.id, signal);
        const output = (await probeModel(opened, call.input, new Stopwatch(signal))) as ProbeOut;
        this.#send({ type: 'probe', id: call.id, output });
      } else if (call.type === 'tokens') {
        const output = (await this.#tokens(call.input, call.id, signal)) as TokensOut;
        this.#send({ type: 'tokens', id: call.id, output });
      } else if (call.type === 'reanswer') {
        const opened = await this.#model(call.input.model, call.id, signal);
        const output = (await reanswer(opened, call.input, signal)) as ReanswerOut;
        this.#send({ type: 'reanswer', id: call.id, output });
      } else if (call.type === 'look') {
        const opened = await this.#model(call.input.model, call.id, signal);
        const output = (await lookAgain(opened, call.input, signal)) as LookOut;
        this.#send({ type: 'look', id: call.id, output });
      } else if (call.type === 'features') {
        const output = (await this.#features(call.input, call.id, signal)) as FeaturesOut;
        this.#send({ type: 'features', id: call.id, output });
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
      this.#running.delete(call.id);
    }
  }

  /** The loaded model; call `id` hears of a cache that has to be written first, at most a few times a second. */
  #model(ref: ModelRef, id: number, signal: AbortSignal): Promise<OpenModel> {
    let next = 0;
    const { precision = 'as-stored' } = ref;
    return this.#models.get(ref, {
      signal,
      onQuantise: ({ done, total }) => {
        if (done < total && performance.now() < next) return;
        next = performance.now() + PROGRESS_MS;
        this.#send({ type: 'quantising', id, progress: { precision, done, total } });
      },
    });
  }

  async #label(request: LabelRequest, id: number, signal: AbortSignal): Promise<LabelOutcome> {
    const opened = await this.#model(request.model, id, signal);
    const watch = new Stopwatch(signal);
    const { encoded, shared, native } = await this.#encode(opened, request, watch);
    const outcome = await analyseSample(opened, request, { signal, encoded, shared, native });
    return { ...outcome, timings: { ...outcome.timings, ...watch.report() } };
  }

  async #tokens(request: TokensRequest, id: number, signal: AbortSignal): Promise<TokensOutcome> {
    const opened = await this.#model(request.model, id, signal);
    const watch = new Stopwatch(signal);
    const { encoded, shared } = await this.#encode(opened, request, watch);
    const outcome = await inspectTokens(opened, request, { signal, encoded, shared });
    return {
      ...outcome,
      timings: { ...watch.report(), ...outcome.timings, total: watch.report()['total'] ?? 0 },
    };
  }

  async #features(request: FeaturesRequest, id: number, signal: AbortSignal): Promise<FeaturesOutcome> {
    const opened = await this.#model(request.model, id, signal);
    const watch = new Stopwatch(signal);
    // The picture as it is, whatever the teacher sees.
    const preset = { ...request.preset, teacher: undefined };
    const { encoded, shared } = await this.#encode(opened, { ...request, preset }, watch);
    const outcome = await featuresOf(opened, request, { signal, encoded, shared });
    return {
      ...outcome,
      timings: { ...watch.report(), ...outcome.timings, total: watch.report()['total'] ?? 0 },
    };
  }

  /** Several questions on one picture come one after the other: it is decoded, encoded and prefilled once. */
  async #encode(
    model: OpenModel,
    { imagePath: path, preset }: Pick<LabelRequest, 'imagePath' | 'preset'>,
    watch: Stopwatch,
  ): Promise<LastPicture> {
    const { squareTokens } = viewOf(model.model.profile, preset);
    const file = await pictureStat(path).catch(() => null);
    const key = [
      path,
      file?.mtimeMs,
      file?.ctimeMs,
      file?.size,
      file?.ino,
      squareTokens,
      JSON.stringify(preset.picture),
    ].join('\n');
    if (this.#last?.key === key && this.#last.model === model) return this.#last;
    this.#last?.shared.dispose();
    this.#last?.native.dispose();
    this.#last = null;
    const encoded = await encodeImageFile(model, path, watch, squareTokens, preset.picture);
    return (this.#last = { key, model, encoded, shared: new SharedPrefix(), native: new NativeView() });
  }
}
