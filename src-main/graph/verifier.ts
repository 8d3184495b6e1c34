/**
 * Re-derives a finished graph from the op table: every value is made once and before its use, with the type the table
 * gives; constants have the bytes their type needs. ONNX Runtime would find most of this too, later and in its words.
 */
import { sameShape, showShape } from './dims.ts';
import { inferNode } from './infer.ts';
import type { DType, ValueType } from './dtypes.ts';
import { GraphError } from './types.ts';
import type { Graph, Initializer, Node, Value } from './types.ts';

export { GraphError } from './types.ts';

const BYTES: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int8: 1,
  uint8: 1,
  bool: 1,
};

function checkInitializer(initializer: Initializer): void {
  const { name, data } = initializer;
  const count = initializer.shape.reduce<number>((product, dim) => product * Number(dim), 1);
  const bytes = count * BYTES[initializer.dtype];
  const held = 'file' in data ? data.file.length : data.inline.byteLength;
  if (!Number.isInteger(count) || held !== bytes) {
    throw new GraphError(`${name} ${showShape(initializer.shape)} needs ${bytes} bytes, has ${held}`);
  }
}

function isCastWeight(
  { op, inputs: [input = ''] }: Node,
  constants: ReadonlyMap<string, Initializer>,
): boolean {
  return op === 'Cast' && constants.has(input);
}

/** A weight, as stored or as what it is cast to, must fit one buffer of the device. */
function checkSize({ name, dtype, shape }: Value, maxBytes: number): void {
  const bytes = shape.reduce<number>((product, dim) => product * Number(dim), BYTES[dtype]);
  if (bytes <= maxBytes) return;
  throw new GraphError(`${name} ${showShape(shape)} takes ${bytes} bytes, a buffer has ${maxBytes} at most`);
}

/**
 * Checks a graph against the op table, and its weights against the largest buffer of the device it is for.
 * @param maxBytes null: no limit
 * @throws GraphError or OpError naming the first fault.
 */
export function verify(graph: Graph, maxBytes: number | null = null): void {
  const seen = new Map<string, ValueType>();
  const constants = new Map<string, Initializer>();
  const define = (value: Value, type: ValueType = value): void => {
    if (value.name === '' || seen.has(value.name))
      throw new GraphError(`value "${value.name}" is made twice`);
    const stated = graph.values.get(value.name);
    if (stated === undefined || stated.dtype !== type.dtype || !sameShape(stated.shape, type.shape)) {
      throw new GraphError(
        `${value.name} is ${type.dtype} ${showShape(type.shape)} by the table, ` +
          (stated ? `${stated.dtype} ${showShape(stated.shape)} in the graph` : 'unknown in the graph'),
      );
    }
    seen.set(value.name, type);
  };
  for (const input of graph.inputs) define(input);
  for (const initializer of graph.initializers) {
    checkInitializer(initializer);
    define(initializer);
    if (maxBytes !== null) checkSize(initializer, maxBytes);
    constants.set(initializer.name, initializer);
  }
  const scope = {
    type: (name: string) => seen.get(name),
    constant: (name: string) => constants.get(name),
  };
  for (const node of graph.nodes) {
    const types = inferNode(node, scope);
    if (types.length !== node.outputs.length)
      throw new GraphError(`${node.op} has ${node.outputs.length} outputs`);
    node.outputs.forEach((name, i) => {
      const type = types[i] as ValueType;
      define({ name, ...type }, type);
      if (maxBytes !== null && isCastWeight(node, constants)) checkSize({ name, ...type }, maxBytes);
    });
  }
  if (graph.outputs.length === 0) throw new GraphError(`${graph.name} has no outputs`);
  for (const output of graph.outputs) {
    if (!seen.has(output.name)) throw new GraphError(`output ${output.name} is never made`);
  }
}
