/**
 * A graph as plain data: what the builder makes, the verifier checks and the ONNX writer writes. Values are named;
 * nodes are in execution order.
 */
import type { Dim } from './dims.ts';
import type { AttributeValue, ValueType } from './dtypes.ts';
import type { OpName } from './ops/index.ts';
import type { FileRange } from './weights.ts';

/** A graph that breaks its own rules: a fault in the graph's maker. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}

/** One tensor of the graph: made by exactly one input, initializer or node. */
export interface Value extends ValueType {
  readonly name: string;
}

export interface Node {
  readonly op: OpName;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** The output length that only run time knows (of a dynamic Slice or Pad), or that follows from more than types. */
  readonly symbol?: Dim;
}

/** A constant: its bytes in a checkpoint's file, or a small array kept in the model itself. */
export interface Initializer extends Value {
  readonly data:
    | { readonly file: FileRange }
    | { readonly inline: Float32Array | Float64Array | Uint8Array | Uint16Array | BigInt64Array };
  /** Stays as it is stored: what is computed from it is computed at every run, not once into a copy. */
  readonly held?: boolean;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly initializers: readonly Initializer[];
  readonly nodes: readonly Node[];
  /** Type of every value by name. */
  readonly values: ReadonlyMap<string, Value>;
}
