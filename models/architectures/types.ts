/**
 * What a model family gives the runtime: numbers to plan with, and graphs made on demand. A family knows tensor names
 * and layer shapes; it never sees a session. Axes: S fed tokens, P cached tokens, N visual tokens, d hidden size,
 * w = kvHeads · headDim.
 */
import type { Graph } from '../../src-main/graph/types.ts';
import type { Grid } from '../../src-shared/kernels/types.ts';

/** Which decoder to build as one graph; each different one is a session of its own over the same mapped weights. */
export interface DecoderVariant {
  /** Layers 0…layers−1 run (early exit). */
  readonly layers: number;
  readonly logits: 'last' | 'all' | 'none';
  /** Layers whose attention rows leave the graph, ascending. */
  readonly taps: readonly number[];
  /** hidden_states[hiddenOf] (the input of that layer) leaves the graph. */
  readonly hiddenOf: number | null;
}

/** One sequence with any number of rows, or one row of each of so many sequences. */
export interface AttentionShape {
  readonly sequences: number | 'one';
  /** Rows of the softmax leave the graph as well. */
  readonly tapped: boolean;
  /** Keys and values come as those before and those of the fed rows, and leave the graph as one. */
  readonly appends?: boolean;
}

/** One input of the vision graph. */
export type VisionFeed = readonly [data: Float32Array | BigInt64Array, dims: readonly number[]];

/** Facts of the built model. */
export interface ModelFacts {
  readonly family: 'llava' | 'qwen2_5_vl';
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly hiddenSize: number;
  readonly vocabSize: number;
  readonly ropeTheta: number;
  readonly maxPositions: number;
  /** Visual tokens of every picture, or (dynamic) of the squared picture the teacher sees. */
  readonly grid: Grid;
  /** Side of the encoder's square input in pixels (dynamic: of the squared picture). */
  readonly imageSide: number;
  /** Each picture has a grid of its own. */
  readonly dynamicGrid: boolean;
  /** M-RoPE: rotary frequencies of time, row and column; absent where positions are one number. */
  readonly mropeSection?: readonly [number, number, number];
  readonly rpn: { readonly k: number; readonly t: number } | null;
  /** Q-Zoom's gate, beside an RPN that reads the same layer. */
  readonly gate: { readonly k: number; readonly t: number } | null;
}

/**
 * The graphs of a model. Their inputs and outputs are fixed names:
 * - embed: `ids` int64 `[S]` → `embeds` `[S, d]`
 * - vision: what `visionFeeds` gives → `features` `[N, d]`
 * - decoder: `embeds` `[S, d]`, rotary tables `cos`, `sin` `[S, headDim]` (see rope.ts), `positions` `[S]`,
 *   `key_positions` `[P+S]`, `past_k.i`, `past_v.i` `[P, w]` → `new_k.i`, `new_v.i` `[S, w]`, `logits` `[1 or S, V]`,
 *   `hidden` `[S, d]`, `tap.i` `[heads, rows, keys]` for `tap_heads.i`, `tap_rows` and `tap_keys` bounds
 *   (`…_start`, `…_end`, int64 `[1]`)
 * - between: `embeds` `[S, d]`, `mixed` `[S, heads·headDim]` (not the first), `cos`, `sin`, and `ask_from`, `keep_from`
 *   int64 `[1]` (not the last) → `hidden` `[S, d]` (not the first), what the next takes as `embeds`; `q` of the rows from
 *   `ask_from` on, `k`, `v` of those from `keep_from` on (not the last)
 * - attention: `q`, and `keys`, `values` `[T, w]` with `positions`, `key_positions` of one sequence, or `keys.j`, `values.j`
 *   of sequence j whose one row is row j of `q` → `mixed`, and where tapped `tap` or `tap.j` for `tap_heads`, `tap_keys_…`
 *   and, of one sequence, `tap_rows_…`. One that appends takes `past_keys`, `past_values` `[P, w]` in their place (`….j` of
 *   sequence j) and all fed rows' `k`, `v` `[S, w]` → also `keys`, `values` `[P+S, w]` (`….j`: `[P+1, w]`)
 * - head: `hidden` `[S, d]` → `logits` `[S, V]`
 * - rpn: `hidden` `[S, d]`, the rotary inputs when T > 1, `queries_start`, `queries_end`, `keys_start`, `keys_end` int64
 *   `[1]` → `rpn` `[N, Q]`
 * - gate: `hidden` `[S, d]` and the rotary inputs → `gate` `[1, 1]`, before the sigmoid
 */
export interface ModelGraphs extends ModelFacts {
  embed(): Graph;
  vision(): Graph;
  /** Numbers of the processor's pixels for a picture of this grid. */
  pixelCount(grid: Grid): number;
  /** Inputs of the vision graph for the processor's pixels. */
  visionFeeds(pixels: Float32Array, grid: Grid): Readonly<Record<string, VisionFeed>>;
  decoder(variant: DecoderVariant): Graph;
  /** The decoder between the attentions of layers `i − 1` and `i`, `i` from 0 to `layers`; one graph whatever is asked. */
  between(i: number): Graph;
  /** The attention of any layer. */
  attention(shape: AttentionShape): Graph;
  /** Final norm and output head by themselves. */
  head(): Graph;
  /**
   * Null when the checkpoint has no RPN branch.
   * @param softmaxed with the output `rpn_map` beside the scores (rpn-branch.ts); only training asks for it
   */
  rpnBranch(softmaxed?: boolean): Graph | null;
  /** Null when the checkpoint has no gate that runs. */
  gateBranch(): Graph | null;
}
