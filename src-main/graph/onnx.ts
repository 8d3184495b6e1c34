/**
 * A verified graph as ONNX bytes. Weights stay where they are: an external initializer is a path relative to one
 * folder, an offset and a length, so the bytes are a few kilobytes per layer whatever the model's size.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { dirname, parse, relative, sep } from 'node:path';
import type { AttributeValue } from './dtypes.ts';
import { ONNX_DTYPE } from './dtypes.ts';
import type { AttributeMessage, NodeMessage, TensorMessage, ValueInfoMessage } from './onnx-schema.ts';
import { ModelSchema } from './onnx-schema.ts';
import { OPS } from './ops/index.ts';
import type { Graph, Initializer, Node, Value } from './types.ts';

const IR_VERSION = 10n;
const OPSET = 21n;

export interface OnnxModel {
  readonly bytes: Uint8Array;
  /** Folder the external initializers' locations are relative to; null when there are none. */
  readonly folder: string | null;
}

/** The deepest folder that holds all files; null when there is none (no file, or two Windows drives). */
export function commonFolder(files: readonly string[]): string | null {
  const [first, ...rest] = files;
  if (first === undefined) return null;
  let folder = dirname(first);
  for (const file of rest) {
    while (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
      if (folder === parse(folder).root) return null;
      folder = dirname(folder);
    }
  }
  return folder;
}

function attribute(node: Node, name: string, value: AttributeValue): AttributeMessage {
  const kind = OPS[node.op].attributes[name]?.kind;
  switch (kind) {
    case 'float':
      return { name, type: 1, f: value as number };
    case 'int':
      return { name, type: 2, i: BigInt(value as number) };
    case 'string':
      return { name, type: 3, s: new TextEncoder().encode(value as string) };
    case 'ints':
      return { name, type: 7, ints: Array.from(value as readonly number[], BigInt) };
    case undefined:
      throw new Error(`${node.op} has no attribute ${name}`);
  }
}

function tensor(initializer: Initializer, folder: string | null): TensorMessage {
  const { name, dtype, shape, data } = initializer;
  const head = { name, dims: shape.map((dim) => BigInt(dim)), dataType: ONNX_DTYPE[dtype] };
  if ('inline' in data) {
    const { buffer, byteOffset, byteLength } = data.inline;
    return { ...head, rawData: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength) };
  }
  const location = relative(folder ?? '', data.file.file)
    .split(sep)
    .join('/');
  return {
    ...head,
    dataLocation: 1,
    externalData: [
      { key: 'location', value: location },
      { key: 'offset', value: String(data.file.offset) },
      { key: 'length', value: String(data.file.length) },
    ],
  };
}

function valueInfo(value: Value): ValueInfoMessage {
  const dim = value.shape.map((d) => (typeof d === 'number' ? { dimValue: BigInt(d) } : { dimParam: d }));
  return { name: value.name, type: { tensorType: { elemType: ONNX_DTYPE[value.dtype], shape: { dim } } } };
}

/** The operator sets a graph's nodes come from; ONNX Runtime's own exists in one version. */
function opsets(graph: Graph): { domain: string; version: bigint }[] {
  const own = new Set(graph.nodes.flatMap(({ op }) => OPS[op].domain ?? []));
  return [{ domain: '', version: OPSET }, ...[...own].map((domain) => ({ domain, version: 1n }))];
}

function nodeMessage(node: Node): NodeMessage {
  return {
    name: node.outputs[0] ?? '',
    opType: node.op,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, value]) => attribute(node, name, value)),
    ...(OPS[node.op].domain === undefined ? {} : { domain: OPS[node.op].domain }),
  };
}

/** Name of the sequence that {@link toOnnx} puts before the outputs. */
export const ALL_WRITTEN = 'all written';

/** A sequence of one scalar that is an output of the graph, made when that is. */
function markOf({ outputs, name }: Graph): { node: NodeMessage; output: ValueInfoMessage } {
  const scalar = outputs.find(({ shape }) => shape.length === 0);
  if (!scalar) throw new Error(`${name} has no scalar output to make its mark of`);
  const elemType = { tensorType: { elemType: ONNX_DTYPE[scalar.dtype], shape: { dim: [] } } };
  return {
    node: {
      name: ALL_WRITTEN,
      opType: 'SequenceConstruct',
      input: [scalar.name],
      output: [ALL_WRITTEN],
      attribute: [],
    },
    output: { name: ALL_WRITTEN, type: { sequenceType: { elemType } } },
  };
}

/**
 * The graph as an ONNX model.
 * @param marked with a first output that is no tensor, for a session that keeps its outputs where they were written
 *   (runtime/session.ts); the graph has a scalar output then
 * @throws Error when its weights lie in files that share no folder.
 */
export function toOnnx(graph: Graph, marked = false): OnnxModel {
  const files = graph.initializers.flatMap(({ data }) => ('file' in data ? [data.file.file] : []));
  const folder = commonFolder(files);
  if (folder === null && files.length > 0) throw new Error(`the weights of ${graph.name} share no folder`);
  const mark = marked ? markOf(graph) : null;
  const message = create(ModelSchema, {
    irVersion: IR_VERSION,
    producerName: 'fovea',
    opsetImport: opsets(graph),
    graph: {
      name: graph.name,
      node: [...graph.nodes.map(nodeMessage), ...(mark ? [mark.node] : [])],
      initializer: graph.initializers.map((initializer) => tensor(initializer, folder)),
      // A constant that is an input too could be given another value at a run: nothing is folded into it.
      input: [...graph.inputs, ...graph.initializers.filter(({ held }) => held)].map(valueInfo),
      output: [...(mark ? [mark.output] : []), ...graph.outputs.map(valueInfo)],
    },
  });
  return { bytes: toBinary(ModelSchema, message), folder };
}
