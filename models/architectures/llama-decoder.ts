/**
 * LLaMA's decoder layer on 2-D activations `[S, d]`, with rotary positions, grouped keys/values and a KV cache that
 * stays outside: past rows come in, only the new rows go out. Plain MatMul and Softmax, because fused attention gave
 * wrong numbers on some GPU stacks and because taps need the probabilities.
 * Axes: S fed, P cached, T = P+S keys, H heads, G kv heads, c head size.
 */
import type { TextConfig } from '../../src-main/checkpoint/config.ts';
import type { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Dim } from '../../src-main/graph/dims.ts';
import type { Value } from '../../src-main/graph/types.ts';
import type { WeightOf } from './weights.ts';

/** What all layers of one graph share. */
export interface DecoderContext {
  readonly b: GraphBuilder;
  readonly config: TextConfig;
  readonly weight: WeightOf;
  /** Rotary tables as `[S, 1, 2, c/2]`; the sine's first half negative (rope.ts). */
  readonly cos: Value;
  readonly sin: Value;
  /** Added to scores: 0 where the key is not after the query, hugely negative elsewhere; `[S, T]`. */
  readonly mask: Value;
}

/**
 * Which rows of a layer are read later: every one, the last one, those that a function picks of a value with one entry
 * per fed token, or only its keys, values and attention.
 */
export type RowsRead = 'all' | 'last' | 'none' | { readonly pick: (value: Value) => Value };

export interface LayerOutput {
  /** `[S, d]`, `[1, d]` when only the last row is read; null when none is. */
  readonly x: Value | null;
  /** This feed's keys and values, `[S, G·c]`. */
  readonly k: Value;
  readonly v: Value;
  /** Softmax over all keys, `[H, S, T]`; of the rows that are read, unless none is. */
  readonly probabilities: Value;
}

/** Low enough to vanish in a softmax, and finite because shaders may not know infinity. */
const MASKED = -3e38;

/**
 * The graph inputs `cos`, `sin`, `positions`, `key_positions` and what layers make of them.
 * @param keys the symbolic number of keys: `S`, or `P+S` with a cache
 */
export function decoderContext(
  b: GraphBuilder,
  config: TextConfig,
  weight: WeightOf,
  keys: 'S' | 'P+S',
): DecoderContext {
  return { b, config, weight, ...rotaryTables(b, config), mask: causalMask(b, 'S', keys) };
}

/** The graph inputs `cos` and `sin`, as layers take them. */
export function rotaryTables(b: GraphBuilder, { headDim }: TextConfig): Pick<DecoderContext, 'cos' | 'sin'> {
  const table = (name: string) =>
    b.reshape(b.input(name, 'float32', ['S', headDim]), ['S', 1, 2, headDim / 2]);
  return { cos: table('cos'), sin: table('sin') };
}

/** The graph inputs `positions` `[rows, 1]` and `key_positions` `[1, keys]` as what is added to scores. */
export function causalMask(b: GraphBuilder, rows: Dim, keys: Dim): Value {
  const positions = b.input('positions', 'float32', [rows, 1]);
  const keyPositions = b.input('key_positions', 'float32', [1, keys]);
  const later = b.binary('Less', positions, keyPositions);
  return b.where(later, b.scalar(MASKED), b.scalar(0));
}

/** Rotary positions on rows `[R, n·c]`; the halves of each head lie on an axis of their own: `[R, n, 2, c/2]`. */
export function rotate(
  { b, config, cos, sin }: Pick<DecoderContext, 'b' | 'config' | 'cos' | 'sin'>,
  rows: Value,
  heads: number,
): Value {
  const x = b.reshape(rows, [rows.shape[0] ?? 'S', heads, 2, config.headDim / 2]);
  const swapped = b.gather(x, b.int64s([1, 0]), 2);
  return b.binary('Add', b.binary('Mul', x, cos), b.binary('Mul', swapped, sin));
}

/** `q_proj`, `k_proj` or `v_proj` of the layer `name`, with its bias where the family has one. */
export function projection(
  { b, config, weight }: Pick<DecoderContext, 'b' | 'config' | 'weight'>,
  name: string,
  part: string,
  x: Value,
  out: number,
): Value {
  const linear = `${name}.self_attn.${part}`;
  const bias = config.qkvBias ? weight(`${linear}.bias`, [out]) : undefined;
  return b.linear(x, weight(`${linear}.weight`, [out, config.hiddenSize]), bias);
}

/** Of a value with one entry per fed token, those that are read: all, the last, or picked. */
function pickRows(b: GraphBuilder, read: RowsRead): (value: Value) => Value {
  if (read === 'last') return (value) => b.slice(value, 0, -1);
  return typeof read === 'string' ? (value) => value : read.pick;
}

export function rmsNorm(
  { b, config, weight }: Omit<DecoderContext, 'cos' | 'sin' | 'mask'>,
  name: string,
  x: Value,
): Value {
  return b.rmsNorm(x, weight(name, [config.hiddenSize]), config.rmsNormEps);
}

function mlp(
  { b, config, weight }: Pick<DecoderContext, 'b' | 'config' | 'weight'>,
  name: string,
  x: Value,
): Value {
  const { hiddenSize: d, intermediateSize: m } = config;
  const gate = b.linear(x, weight(`${name}.gate_proj.weight`, [m, d]));
  const up = b.linear(x, weight(`${name}.up_proj.weight`, [m, d]));
  const inner = b.binary('Mul', b.binary('Mul', gate, b.unary('Sigmoid', gate)), up);
  return b.linear(inner, weight(`${name}.down_proj.weight`, [d, m]));
}

/**
 * What a layer's attention is made of: queries, scaled and rotated, `[R, H, 2, c/2]`, and this feed's keys and values,
 * `[S, G·c]`.
 * @param context of the fed rows
 * @param asking the tables of the rows that ask
 * @param ask of a value with one entry per fed token, those that ask; `keep`, those that are asked about
 */
export function attentionInputs(
  context: Omit<DecoderContext, 'mask'>,
  asking: Pick<DecoderContext, 'cos' | 'sin'>,
  name: string,
  x: Value,
  ask: (value: Value) => Value,
  keep: (value: Value) => Value = (value) => value,
): { readonly q: Value; readonly k: Value; readonly v: Value } {
  const { b, config } = context;
  const { heads: H, kvHeads: G, headDim: c } = config;
  const project = (part: string, from: Value, out: number) => projection(context, name, part, from, out);
  const normed = rmsNorm(context, `${name}.input_layernorm.weight`, x);
  const scaled = b.binary('Mul', project('q_proj', ask(normed), H * c), b.scalar(c ** -0.5));
  const kept = keep(normed);
  const tables = { ...context, cos: keep(context.cos), sin: keep(context.sin) };
  const rotated = rotate(tables, project('k_proj', kept, G * c), G);
  return {
    q: rotate({ ...context, ...asking }, scaled, H),
    k: b.reshape(rotated, [kept.shape[0] ?? 'S', G * c]),
    v: project('v_proj', kept, G * c),
  };
}

/**
 * Attention of queries `[R, H, 2, c/2]` over `T` keys `[T, G·c]`: the softmax `[H, R, T]`.
 * @param mask added to scores, `[R, T]`; null: every key is before every query
 */
export function probabilitiesOf(
  b: GraphBuilder,
  { heads: H, kvHeads: G, headDim: c }: TextConfig,
  q: Value,
  keys: Value,
  mask: Value | null,
): Value {
  const T = keys.shape[0] ?? 'S';
  // Query heads that share keys are stacked into one matrix: [G, H/G·S, c] · [G, c, T].
  const queries = b.reshape(b.transpose(q, [1, 0, 2, 3]), [G, null, c]);
  const stacked = b.matmul(queries, b.transpose(b.reshape(keys, [T, G, c]), [1, 2, 0])); // [G, H/G·S, T]
  const scores = H === G ? stacked : b.reshape(stacked, [H, null, T]); // [H, S, T]
  return b.softmax(mask ? b.binary('Add', scores, mask) : scores);
}

/** Values `[T, G·c]` mixed by probabilities `[H, R, T]`: `[R, H·c]`. @param rows R */
export function mixedValues(
  b: GraphBuilder,
  { heads: H, kvHeads: G, headDim: c }: TextConfig,
  probabilities: Value,
  values: Value,
  rows: Dim,
): Value {
  const T = values.shape[0] ?? 'S';
  const weights = H === G ? probabilities : b.reshape(probabilities, [G, null, T]);
  const mixed = b.matmul(weights, b.transpose(b.reshape(values, [T, G, c]), [1, 0, 2])); // [G, H/G·S, c]
  const split = H === G ? mixed : b.reshape(mixed, [H, null, c]);
  return b.reshape(b.transpose(split, [1, 0, 2]), [rows, H * c]);
}

/** What a layer makes of its attention: output projection and MLP, each added to what was there. `[R, d]`. */
export function afterAttention(
  context: Pick<DecoderContext, 'b' | 'config' | 'weight'>,
  name: string,
  x: Value,
  mixed: Value,
): Value {
  const { b, config, weight } = context;
  const { hiddenSize: d, heads: H, headDim: c } = config;
  const projected = b.linear(mixed, weight(`${name}.self_attn.o_proj.weight`, [d, H * c]));
  const attended = b.binary('Add', x, projected);
  const inner = rmsNorm(context, `${name}.post_attention_layernorm.weight`, attended);
  return b.binary('Add', attended, mlp(context, `${name}.mlp`, inner));
}

/**
 * One layer. `past` are the cached rows `[P, G·c]`, null when there is no cache.
 * @param name tensor prefix, e.g. `model.layers.3`
 * @param read rows that anything later reads; others are not computed
 */
export function decoderLayer(
  context: DecoderContext,
  name: string,
  x: Value,
  past: { readonly k: Value; readonly v: Value } | null,
  read: RowsRead = 'all',
): LayerOutput {
  const { b, config } = context;
  const own = pickRows(b, read); // [R, …]
  const asking = { cos: own(context.cos), sin: own(context.sin) };
  const { q, k, v } = attentionInputs(context, asking, name, x, own);
  const keys = past ? b.concat([past.k, k], 0) : k; // [T, G·c]
  const probabilities = probabilitiesOf(b, config, q, keys, own(context.mask));
  if (read === 'none') return { x: null, k, v, probabilities };
  const values = past ? b.concat([past.v, v], 0) : v;
  const mixed = mixedValues(b, config, probabilities, values, q.shape[0] ?? 'S');
  return { x: afterAttention(context, name, own(x), mixed), k, v, probabilities };
}
