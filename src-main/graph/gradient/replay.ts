/**
 * A finished graph built once more inside another builder, so that what a family's code made for inference can be trained
 * as it is: weights may become inputs, a loss and its gradients may follow, and all of it may be in float64.
 */
import type { GraphBuilder } from '../builder.ts';
import { ONNX_DTYPE } from '../dtypes.ts';
import type { DType } from '../dtypes.ts';
import type { Graph, Initializer, Node, Value } from '../types.ts';
import { GraphError } from '../types.ts';

export interface ReplayOptions {
  /** What float32 values become. float64 is for checking gradients: ONNX Runtime's kernels for it are plain ones. */
  readonly real?: 'float32' | 'float64';
  /** Values of the new graph that stand for values of the old one (inputs, weights, anything computed), by name. */
  readonly instead?: ReadonlyMap<string, Value>;
}

/** A float weight of a finished graph, as the linear layers and norms read it. */
export interface GraphWeight {
  /** The tensor's name in the checkpoint. */
  readonly tensor: string;
  /** float32; of a half-precision weight, what it is cast to. */
  readonly value: Value;
}

/**
 * The float weights that a graph reads from files, as its linear layers and norms take them: no quantised ones, and no
 * tables of which rows are looked up. Build the graph for a device without a largest buffer: pieces are weights apart.
 */
export function weightsOf({ initializers, nodes, values }: Graph): GraphWeight[] {
  return initializers.flatMap((initializer) => {
    if (!('file' in initializer.data)) return [];
    const cast = nodes.find(({ op, inputs }) => op === 'Cast' && inputs[0] === initializer.name);
    const value = cast ? values.get(cast.outputs[0] ?? '') : initializer;
    // The builder names a weight by its tensor and the shape it is seen with.
    const [, tensor] = /^(.*):\d+(?:x\d+)*$/.exec(value?.name ?? '') ?? [];
    return value && tensor !== undefined ? [{ tensor, value }] : [];
  });
}

/**
 * Builds `graph` in `b`; its inputs become inputs of the same names unless `instead` has a value for them.
 * @returns the new value of every old one that was built, by its old name, the graph's outputs among them
 */
export function replay(b: GraphBuilder, graph: Graph, options: ReplayOptions = {}): Map<string, Value> {
  const { real = 'float32', instead = new Map<string, Value>() } = options;
  const built = new Map<string, Value>(instead);
  const typed = (dtype: DType): DType => (dtype === 'float32' ? real : dtype);
  for (const { name, dtype, shape } of graph.inputs) {
    if (!built.has(name)) built.set(name, b.input(name, typed(dtype), shape));
  }
  // Constants come in with the first node that reads them: what stands behind a replaced value is not needed.
  const constants = new Map(graph.initializers.map((constant) => [constant.name, constant]));
  const valueOf = (name: string): Value => {
    const constant = constants.get(name);
    const value = built.get(name) ?? (constant && constantIn(b, constant, real));
    if (value === undefined) throw new GraphError(`${name} is used before it is made`);
    built.set(name, value);
    return value;
  };
  for (const node of graph.nodes) {
    const [output = ''] = node.outputs;
    if (built.has(output)) continue;
    built.set(output, nodeIn(b, node, node.inputs.map(valueOf), real));
  }
  return built;
}

function constantIn(b: GraphBuilder, constant: Initializer, real: 'float32' | 'float64'): Value {
  const { dtype, data } = constant;
  const shape = constant.shape.map(Number);
  if ('inline' in data) {
    if (data.inline instanceof BigInt64Array && shape.length === 1)
      return b.int64s(Array.from(data.inline, Number));
    if (data.inline instanceof Float32Array)
      return real === 'float64'
        ? b.doubles(shape, Float64Array.from(data.inline))
        : b.floats(shape, data.inline);
  }
  const value = b.adopt(constant);
  return real === 'float64' && dtype === 'float32' ? b.cast(value, 'float64') : value;
}

/** ONNX Runtime fuses x·σ(x) into an op of its own, which has no float64 kernel: there σ(x) is 1/(1+e⁻ˣ), spelt out. */
function nodeIn(b: GraphBuilder, node: Node, inputs: readonly Value[], real: 'float32' | 'float64'): Value {
  const [x] = inputs;
  if (real === 'float64' && node.op === 'Sigmoid' && x) {
    return b.unary('Reciprocal', b.binary('Add', b.number(x, 1), b.unary('Exp', b.unary('Neg', x))));
  }
  const toFloat32 = node.op === 'Cast' && node.attributes['to'] === ONNX_DTYPE.float32;
  const attributes = toFloat32 ? { to: ONNX_DTYPE[real] } : node.attributes;
  return b.emit(node.op, inputs, attributes, node.symbol === undefined ? {} : { symbol: node.symbol });
}
