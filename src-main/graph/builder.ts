/**
 * Makes graphs: one function per op family, each returning typed values, so that a wrong shape stops at the line that
 * made it. `finish` runs the verifier over the whole and gives plain data.
 */
import { blockProduct, tableProduct } from './blocks.ts';
import type { Dim, Shape } from './dims.ts';
import { sameShape, showShape } from './dims.ts';
import type { AttributeValue, DType } from './dtypes.ts';
import { ONNX_DTYPE } from './dtypes.ts';
import type { BinaryOp, Emitter, UnaryOp } from './emitter.ts';
import { inferNode } from './infer.ts';
import { OpError } from './ops/spec.ts';
import type { OpName } from './ops/index.ts';
import { observedProducts } from './observed.ts';
import { quantisedRowsOf, rowPieces, rowsOf } from './pieces.ts';
import type { Graph, Initializer, Node, Value } from './types.ts';
import { GraphError } from './types.ts';
import { verify } from './verifier.ts';
import { rowProduct } from './rows.ts';
import type { FileRange, Placement, QuantisedRef, WeightRef } from './weights.ts';
import { ANYWHERE } from './weights.ts';

const DTYPE_OF = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;
/** "To the end" for a slice. */
const END = 2 ** 53 - 1;

export class GraphBuilder implements Emitter {
  readonly #name: string;
  readonly #placement: Placement;
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #nodes: Node[] = [];
  readonly #values = new Map<string, Value>();
  readonly #initializers = new Map<string, Initializer>();
  /** Float weights by value name, with the shape they are seen with: `linear` may take them in pieces. */
  readonly #files = new Map<string, WeightRef>();
  /** Quantised weights by value name; `linear` alone takes them. */
  readonly #quantised = new Map<string, { readonly value: Value; readonly ref: QuantisedRef }>();
  /** Names that values get when the graph is finished: those of the outputs they are. */
  readonly #renames = new Map<string, string>();
  #made = 0;

  /** @param placement how the device that the graph is for takes weights */
  constructor(name: string, placement: Placement = ANYWHERE) {
    this.#name = name;
    this.#placement = placement;
  }

  /** An input of the graph. */
  input(name: string, dtype: DType, shape: Shape): Value {
    const value = this.#define({ name, dtype, shape });
    this.#inputs.push(value);
    return value;
  }

  /** Makes `value` an output called `name`; later uses of the value still hold. */
  output(name: string, value: Value): void {
    const made = this.#nodes.some((node) => node.outputs.includes(value.name));
    const source = made && !this.#renames.has(value.name) ? value : this.emit('Identity', [value]);
    if (this.#values.has(name)) throw new OpError(`${name} is made twice`);
    this.#renames.set(source.name, name);
    this.#outputs.push({ ...source, name });
  }

  /**
   * A float32 weight in a checkpoint's file, seen with `shape` (same bytes, any factoring). Half-precision weights
   * are cast, which ONNX Runtime folds into a float32 copy in memory, except matrices of a dtype that the device holds.
   */
  weight(name: string, ref: WeightRef, shape: readonly number[]): Value {
    refuseUnmerged(name, ref);
    const key = `${name}:${shape.join('x')}`;
    const known = this.#values.get(key);
    if (known) return known;
    this.#files.set(key, { ...ref, shape });
    const dtype = DTYPE_OF[ref.dtype];
    if (dtype === 'float32') return this.#initializer({ name: key, dtype, shape, data: { file: ref } });
    const held = shape.length === 2 && this.#placement.held.includes(ref.dtype);
    const stored = this.#initializer({ name: `${key}:stored`, dtype, shape, data: { file: ref }, held });
    return this.emit('Cast', [stored], { to: ONNX_DTYPE.float32 }, { name: key });
  }

  /** A weight in the dtype it is stored in, for a graph that looks up a few of its rows. */
  stored(name: string, ref: WeightRef, shape: readonly number[]): Value {
    refuseUnmerged(name, ref);
    const key = `${name}:${shape.join('x')}:stored`;
    const known = this.#values.get(key);
    return known ?? this.#initializer({ name: key, dtype: DTYPE_OF[ref.dtype], shape, data: { file: ref } });
  }

  /** A linear layer's quantised weights `[N, K]`: a value that only {@link linear} takes. */
  quantised(name: string, ref: QuantisedRef): Value {
    const key = `${name}:${'per' in ref ? 'rows' : 'table' in ref ? ref.table : `int${ref.bits}`}`;
    const value: Value = { name: key, dtype: 'float32', shape: ref.shape };
    if (!this.#quantised.has(key)) this.#quantised.set(key, { value, ref });
    return value;
  }

  /** A small float32 constant kept in the model. */
  floats(shape: readonly number[], values: Float32Array): Value {
    return this.#inline('float32', shape, values);
  }

  /** A float32 scalar. */
  scalar(value: number): Value {
    return this.floats([], Float32Array.of(value));
  }

  /** A scalar of the dtype that `like` has, float32 or float64. */
  number(like: Value, value: number): Value {
    return like.dtype === 'float64' ? this.doubles([], Float64Array.of(value)) : this.scalar(value);
  }

  /** A small float64 constant. */
  doubles(shape: readonly number[], values: Float64Array): Value {
    return this.#inline('float64', shape, values);
  }

  /** A uint8 scalar. */
  byte(value: number): Value {
    return this.#inline('uint8', [], Uint8Array.of(value));
  }

  /** An int64 scalar: with it `gather` takes its axis away. */
  index(value: number): Value {
    return this.#inline('int64', [], BigInt64Array.of(BigInt(value)));
  }

  /** An int64 constant vector. */
  int64s(values: readonly number[]): Value {
    return this.#inline('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  /** Element by element with broadcasting. */
  binary(op: BinaryOp, a: Value, b: Value): Value {
    return this.emit(op, [a, b]);
  }

  unary(op: UnaryOp, x: Value): Value {
    return this.emit(op, [x]);
  }

  where(condition: Value, yes: Value, no: Value): Value {
    return this.emit('Where', [condition, yes, no]);
  }

  /**
   * x `[M,K]` · weight `[N,K]`ᵀ (+ bias `[N]`): a checkpoint's linear layer on its own bytes, in pieces of its outputs
   * where the whole is more than a buffer of the device may have.
   */
  linear(x: Value, weight: Value, bias?: Value): Value {
    const quantised = this.#quantised.get(weight.name)?.ref;
    const file = this.#files.get(weight.name);
    const ref = quantised ?? file;
    const pieces = ref ? rowPieces(weight.name, ref, this.#placement.maxBytes) : [];
    const { observing } = this.#placement;
    if (file && observing) {
      const tensor = weight.name.slice(0, weight.name.lastIndexOf(':'));
      return this.#biased(observedProducts(this, x, { tensor, file, pieces }, observing), bias);
    }
    if (!quantised && pieces.length < 2) {
      return this.emit('Gemm', bias ? [x, weight, bias] : [x, weight], { transB: 1 });
    }
    const products = pieces.map((piece) => {
      const name = pieces.length === 1 ? weight.name : `${weight.name}[${piece.join(':')}]`;
      if (quantised) return this.#quantisedProduct(x, name, quantisedRowsOf(quantised, piece));
      const rows = rowsOf(file as WeightRef, piece);
      return this.emit('Gemm', [x, this.weight(name, rows, rows.shape)], { transB: 1 });
    });
    return this.#biased(products, bias);
  }

  /** Products of the pieces of a weight side by side, and the bias. */
  #biased(products: readonly Value[], bias: Value | undefined): Value {
    const product = products.length === 1 ? (products[0] as Value) : this.concat(products, 1);
    return bias ? this.binary('Add', product, bias) : product;
  }

  matmul(a: Value, b: Value): Value {
    return this.emit('MatMul', [a, b]);
  }

  softmax(x: Value, axis = -1): Value {
    return this.emit('Softmax', [x], { axis });
  }

  sum(x: Value, axes: readonly number[], keep = false): Value {
    return this.emit('ReduceSum', [x, this.int64s(axes)], { keepdims: keep ? 1 : 0 });
  }

  max(x: Value, axes: readonly number[], keep = false): Value {
    return this.emit('ReduceMax', [x, this.int64s(axes)], { keepdims: keep ? 1 : 0 });
  }

  min(x: Value, axes: readonly number[], keep = false): Value {
    return this.emit('ReduceMin', [x, this.int64s(axes)], { keepdims: keep ? 1 : 0 });
  }

  mean(x: Value, axes: readonly number[], keep = false): Value {
    return this.emit('ReduceMean', [x, this.int64s(axes)], { keepdims: keep ? 1 : 0 });
  }

  layerNorm(x: Value, scale: Value, bias: Value, epsilon: number): Value {
    return this.emit('LayerNormalization', [x, scale, bias], { axis: -1, epsilon });
  }

  rmsNorm(x: Value, scale: Value, epsilon: number): Value {
    return this.emit('SimplifiedLayerNormalization', [x, scale], { axis: -1, epsilon });
  }

  /** To `shape`; `null` stands for the one length that is left over. Symbolic lengths must stay where they are. */
  reshape(x: Value, shape: readonly (Dim | null)[]): Value {
    const target = shape.map((dim, i) => {
      if (dim === null) return -1;
      if (typeof dim === 'number') return dim;
      if (x.shape[i] === dim) return 0;
      throw new OpError(`reshape ${showShape(x.shape)}: cannot state ${dim} at place ${i}`);
    });
    return this.emit('Reshape', [x, this.int64s(target)]);
  }

  transpose(x: Value, perm: readonly number[]): Value {
    return this.emit('Transpose', [x], { perm });
  }

  concat(values: readonly Value[], axis: number): Value {
    return this.emit('Concat', values, { axis });
  }

  /** Elements start…end−1 of one axis, bounds known now. */
  slice(x: Value, axis: number, start: number, end: number = END): Value {
    return this.emit('Slice', [x, this.int64s([start]), this.int64s([end]), this.int64s([axis])]);
  }

  /** Elements start…end−1 of one axis, bounds int64 `[1]` known at run time; `symbol` names the length. */
  sliceAt(x: Value, axis: number, start: Value, end: Value, symbol: Dim): Value {
    return this.emit('Slice', [x, start, end, this.int64s([axis])], {}, { symbol });
  }

  /** Entries of one axis by int64 indices. */
  gather(data: Value, indices: Value, axis = 0): Value {
    return this.emit('Gather', [data, indices], { axis });
  }

  /** The lengths of `x` as int64 `[rank]`, a constant where all are known. */
  shapeOf(x: Value): Value {
    const known = x.shape.every((dim) => typeof dim === 'number');
    return known ? this.int64s(x.shape as readonly number[]) : this.emit('Shape', [x]);
  }

  /** As many elements in the shape that `lengths` ({@link shapeOf}) holds. */
  reshapeTo(x: Value, lengths: Value): Value {
    return this.emit('Reshape', [x, lengths]);
  }

  /** Broadcast to the shape that `lengths` ({@link shapeOf}) holds. */
  expand(x: Value, lengths: Value): Value {
    return this.emit('Expand', [x, lengths]);
  }

  cast(x: Value, dtype: DType): Value {
    return this.emit('Cast', [x], { to: ONNX_DTYPE[dtype] });
  }

  /**
   * The finished graph, verified; what no output needs is left out.
   * @throws GraphError when the whole does not hold together.
   */
  finish(): Graph {
    const { nodes, used } = this.#reachable();
    const rename = (name: string): string => this.#renames.get(name) ?? name;
    const values = [...this.#values.values()].map((value) => ({ ...value, name: rename(value.name) }));
    const graph: Graph = {
      name: this.#name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      initializers: [...this.#initializers.values()].filter(({ name }) => used.has(name)),
      nodes: nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(rename),
        outputs: node.outputs.map(rename),
      })),
      values: new Map(values.map((value) => [value.name, value])),
    };
    verify(graph, this.#placement.maxBytes);
    return graph;
  }

  /** Nodes that an output depends on, in order, and all names they read. */
  #reachable(): { nodes: Node[]; used: Set<string> } {
    const used = new Set(this.#renames.keys());
    const nodes: Node[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((name) => used.has(name))) continue;
      nodes.unshift(node);
      for (const name of node.inputs) used.add(name);
    }
    return { nodes, used };
  }

  #quantisedProduct(x: Value, name: string, ref: QuantisedRef): Value {
    if ('table' in ref) return tableProduct(this, x, name, ref);
    return 'per' in ref ? rowProduct(this, x, name, ref, this.#placement) : blockProduct(this, x, name, ref);
  }

  /** One of the arrays that a quantised weight is made of. */
  part(
    name: string,
    what: string,
    dtype: 'uint8' | 'int8' | 'float32' | 'int64',
    shape: readonly number[],
    file: FileRange,
  ): Value {
    const key = `${name}:${what}`;
    return this.#values.get(key) ?? this.#initializer({ name: key, dtype, shape, data: { file } });
  }

  /** Nodes so far, in order. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** @throws OpError when there is no such value. */
  value(name: string): Value {
    const value = this.#values.get(name);
    if (value === undefined) throw new OpError(`${name} is not of this graph`);
    return value;
  }

  /** The numbers of a constant int64 vector; undefined of anything else. */
  integers({ name }: Value): readonly number[] | undefined {
    const data = this.#initializers.get(name)?.data;
    return data && 'inline' in data && data.inline instanceof BigInt64Array
      ? Array.from(data.inline, Number)
      : undefined;
  }

  /** A constant of another graph, under its name there. */
  adopt(constant: Initializer): Value {
    return this.#values.get(constant.name) ?? this.#initializer(constant);
  }

  #define(value: Value): Value {
    if (this.#values.has(value.name)) throw new OpError(`${value.name} is made twice`);
    this.#values.set(value.name, value);
    return value;
  }

  #initializer(initializer: Initializer): Value {
    this.#initializers.set(initializer.name, initializer);
    return this.#define(initializer);
  }

  #inline(
    dtype: DType,
    shape: readonly number[],
    values: Float32Array | Float64Array | BigInt64Array | Uint8Array,
  ): Value {
    const name = `const:${dtype}${shape.join('x')}:${values.length <= 8 ? values.join() : ++this.#made}`;
    return this.#values.get(name) ?? this.#initializer({ name, dtype, shape, data: { inline: values } });
  }

  /**
   * A node of the op table. What has a method of its own above is better made by it.
   * @param extra the length that only run time knows, or the output's name
   */
  emit(
    op: OpName,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    extra: { symbol?: Dim; name?: string } = {},
  ): Value {
    for (const value of inputs) {
      const own = this.#values.get(value.name);
      if (!own || !sameShape(own.shape, value.shape)) throw new OpError(`${value.name} is of another graph`);
    }
    const name = extra.name ?? `${op}_${++this.#made}`;
    const node: Node = {
      op,
      inputs: inputs.map((value) => value.name),
      outputs: [name],
      attributes,
      ...(extra.symbol === undefined ? {} : { symbol: extra.symbol }),
    };
    const [type] = inferNode(node, {
      type: (input) => this.#values.get(input),
      constant: (input) => this.#initializers.get(input),
    });
    if (type === undefined) throw new OpError(`${op} has no output`);
    this.#nodes.push(node);
    return this.#define({ name, ...type });
  }
}

/** The file holds only a part of such a weight; the whole comes from a cache (checkpoint/quantised). */
function refuseUnmerged(name: string, { plus }: WeightRef): void {
  if (plus) throw new GraphError(`an adapter adds to ${name}, and the sum is not in its file`);
}
