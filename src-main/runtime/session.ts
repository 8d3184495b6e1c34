/**
 * A graph made runnable: one ONNX Runtime session, typed arrays in and out. Outputs can be given memory to be written
 * into, which is how new keys and values land in the cache without a copy.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { toOnnx } from '../graph/onnx.ts';
import type { Graph } from '../graph/types.ts';
import type { Device, SessionSettings } from './device.ts';
import { deviceUnavailable, runOptions, sessionOptions } from './device.ts';

export type Feed = readonly [data: Float32Array | Float64Array | BigInt64Array, dims: readonly number[]];

/** Outputs of our models are float32; those of a graph in float64 are a Float64Array behind this type. */
export interface Output {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

function tensor([data, dims]: Feed): Tensor {
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

export class Session {
  readonly #session: InferenceSession;
  readonly #graph: string;
  readonly #outputs: readonly string[];
  readonly #options: InferenceSession.RunOptions;

  private constructor(session: InferenceSession, graph: Graph, settings: SessionSettings) {
    this.#session = session;
    this.#options = runOptions(settings);
    this.#graph = graph.name;
    this.#outputs = graph.outputs.map(({ name }) => name);
  }

  /**
   * Makes the session; weights are mapped, not read.
   * @throws FoveaError `device_unavailable` when the device cannot be used, `out_of_memory`, or `internal`.
   */
  static async open(graph: Graph, settings: SessionSettings): Promise<Session> {
    const { bytes, folder } = toOnnx(graph);
    // Float weights laid out anew are a copy that brings nothing.
    const blocks = graph.nodes.some(({ op }) => op === 'MatMulNBits');
    const options = sessionOptions({ ...settings, prepack: blocks && (settings.prepack ?? false) }, folder);
    try {
      return new Session(await InferenceSession.create(bytes, options), graph, settings);
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
    feeds: Readonly<Record<string, Feed>>,
    into: Readonly<Record<string, Feed>> = {},
  ): Promise<Record<string, Output>> {
    const inputs: Record<string, Tensor> = {};
    for (const name of this.#session.inputNames) {
      const feed = feeds[name];
      if (feed === undefined)
        throw new FoveaError('internal', `the ${this.#graph} graph was not given ${name}`);
      inputs[name] = tensor(feed);
    }
    const fetches: Record<string, Tensor | null> = {};
    for (const name of this.#outputs) fetches[name] = into[name] ? tensor(into[name]) : null;
    try {
      return (await this.#session.run(inputs, fetches, this.#options)) as unknown as Record<string, Output>;
    } catch (error) {
      throw translate(error, `running the ${this.#graph} graph`);
    }
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
