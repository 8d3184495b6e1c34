/**
 * A graph made runnable: one ONNX Runtime session, typed arrays in and out. Outputs can be given memory to be written
 * into, which is how new keys and values land in the cache without a copy.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { ALL_WRITTEN, toOnnx } from '../graph/onnx.ts';
import type { Graph } from '../graph/types.ts';
import type { Device, SessionSettings } from './device.ts';
import { deviceUnavailable, runOptions, sessionOptions, STAYS } from './device.ts';
import { InferenceSession, Tensor, type RunOptions, type SessionOptions } from './onnxruntime.ts';
import { Resident } from './resident/resident.ts';

export type Feed = readonly [data: Float32Array | Float64Array | BigInt64Array, dims: readonly number[]];

/** Outputs of our models are float32; those of a graph in float64 are a Float64Array behind this type. */
export interface Output {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

function tensor(feed: Feed | Resident): Tensor {
  if (feed instanceof Resident) return feed.tensor;
  const [data, dims] = feed;
  if (data instanceof BigInt64Array) return new Tensor('int64', data, dims);
  return data instanceof Float64Array ? new Tensor('float64', data, dims) : new Tensor('float32', data, dims);
}

/** ONNX Runtime's failures in our words; running out of memory is the one a person can act on. */
function translate(error: unknown, what: string, device: Device = 'cpu'): FoveaError {
  const message = error instanceof Error ? error.message : String(error);
  if (/bad_alloc|out of memory|failed to allocate/i.test(message)) {
    return new FoveaError('out_of_memory', `not enough memory while ${what}`, {
      next:
        device === 'cpu'
          ? 'Close other programs, use a smaller model, or another device'
          : 'Use fp16 weights (--precision fp16), a smaller model, or --device cpu',
      cause: error,
    });
  }
  return new FoveaError('internal', `ONNX Runtime failed while ${what}: ${message.split('\n')[0]}`, {
    cause: error,
  });
}

/** How the binding refuses to hand over the mark of a graph in place: everything before that is done by then. */
const CAME_TO_THE_MARK = /Non tensor type is temporarily not supported/;

export class Session {
  readonly #session: InferenceSession;
  readonly #graph: string;
  readonly #device: Device;
  readonly #inPlace: boolean;
  readonly #outputs: readonly string[];
  readonly #resident: ReadonlySet<string>;
  readonly #options: RunOptions;

  private constructor(
    session: InferenceSession,
    graph: Graph,
    settings: SessionSettings,
    inPlace: boolean,
    resident: ReadonlySet<string>,
  ) {
    this.#session = session;
    this.#inPlace = inPlace;
    this.#resident = resident;
    this.#options = runOptions(settings);
    this.#graph = graph.name;
    this.#device = settings.device;
    this.#outputs = graph.outputs.map(({ name }) => name);
  }

  /**
   * Makes the session; weights are mapped, not read.
   *
   * The binding copies every output into an array of its own when it hands it over, those that were given memory too. A
   * session in place spares that copy (of a 3B's branch 640 MB at every training step): its graph has an output in front
   * that is no tensor (`toOnnx`, `marked`), which the binding cannot hand over, so that it stops right before the
   * copying. Every output must be given memory then.
   * @param inPlace outputs are only what `into` of {@link run} names, written there; one of the graph's is a scalar
   * @param resident outputs that stay on the device; where it has none that can, they come to the host like the others
   * @throws FoveaError `device_unavailable` when the device cannot be used, `out_of_memory`, or `internal`.
   */
  static async open(
    graph: Graph,
    settings: SessionSettings,
    inPlace = false,
    resident: ReadonlySet<string> = new Set(),
  ): Promise<Session> {
    const { bytes, folder } = toOnnx(graph, inPlace);
    // Float weights laid out anew are a copy that brings nothing.
    const blocks = graph.nodes.some(({ op }) => op === 'MatMulNBits' || op === 'MatMulIntegerToFloat');
    const options = {
      ...sessionOptions({ ...settings, prepack: blocks && (settings.prepack ?? false) }, folder),
      ...outputLocations(graph, settings.device, resident),
    };
    try {
      const session = await InferenceSession.create(bytes, options);
      return new Session(session, graph, settings, inPlace, resident);
    } catch (error) {
      const failure = translate(error, `preparing the ${graph.name} graph`, settings.device);
      if (settings.device === 'cpu' || failure.code === 'out_of_memory') throw failure;
      throw deviceUnavailable(settings.device, error);
    }
  }

  /**
   * Runs the graph; feeds it does not take are ignored.
   * @param into memory for outputs whose shape the caller knows
   */
  async run(
    feeds: Readonly<Record<string, Feed | Resident>>,
    into: Readonly<Record<string, Feed>> = {},
  ): Promise<Record<string, Output>> {
    return (await this.#run(feeds, into)) as Record<string, Output>;
  }

  /** Runs the graph of a session with resident outputs; those are the caller's to release. */
  async keep(
    feeds: Readonly<Record<string, Feed | Resident>>,
  ): Promise<{ resident: Record<string, Resident>; read: Record<string, Output> }> {
    const resident: Record<string, Resident> = {};
    const read: Record<string, Output> = {};
    for (const [name, output] of Object.entries(await this.#run(feeds, {}))) {
      if (this.#resident.has(name)) resident[name] = new Resident(output as Tensor);
      else read[name] = output as Output;
    }
    return { resident, read };
  }

  async #run(
    feeds: Readonly<Record<string, Feed | Resident>>,
    into: Readonly<Record<string, Feed>>,
  ): Promise<Record<string, unknown>> {
    const inputs: Record<string, Tensor> = {};
    for (const name of this.#session.inputNames) {
      const feed = feeds[name];
      if (feed === undefined)
        throw new FoveaError('internal', `the ${this.#graph} graph was not given ${name}`);
      inputs[name] = tensor(feed);
    }
    const fetches: Record<string, Tensor | null> = {};
    for (const name of this.#outputs) fetches[name] = into[name] ? tensor(into[name]) : null;
    if (this.#inPlace) {
      const homeless = this.#outputs.find((name) => !into[name]);
      if (homeless !== undefined)
        throw new FoveaError('internal', `the ${this.#graph} graph has no memory for ${homeless}`);
      fetches[ALL_WRITTEN] = null;
    }
    try {
      return await this.#session.run(inputs, fetches, this.#options);
    } catch (error) {
      if (this.#inPlace && CAME_TO_THE_MARK.test(String(error))) return written(into);
      throw translate(error, `running the ${this.#graph} graph`, this.#device);
    }
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** Where ONNX Runtime leaves the outputs: only WebGPU's can stay, in a buffer that its JavaScript has a handle of. */
function outputLocations(graph: Graph, device: Device, resident: ReadonlySet<string>): SessionOptions {
  if (!STAYS[device]) return {};
  const staying = graph.outputs.filter(({ name }) => resident.has(name));
  return staying.length === 0
    ? {}
    : { preferredOutputLocation: Object.fromEntries(staying.map(({ name }) => [name, 'gpu-buffer'])) };
}

/** What a run in place has written. */
function written(into: Readonly<Record<string, Feed>>): Record<string, Output> {
  return Object.fromEntries(
    Object.entries(into).map(([name, [data, dims]]) => [name, { data: data as Float32Array, dims }]),
  );
}
