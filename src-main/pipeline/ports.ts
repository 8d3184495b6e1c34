/**
 * What the pipeline needs of a loaded model. `src-main/runtime` implements it on ONNX Runtime; the pipeline never
 * sees a session, a graph or a device. Axes: S fed tokens, N visual tokens, P cached tokens, d hidden size.
 */
import type { Grid, GridPositions } from '../../src-shared/kernels/types.ts';

/** Facts of a loaded model that the pipeline plans with. */
export interface ModelProfile {
  readonly family: 'llava' | 'qwen2_5_vl';
  readonly layers: number;
  readonly heads: number;
  readonly hiddenSize: number;
  readonly vocabSize: number;
  /** Visual tokens of every picture, `[H, W]`; where grids are dynamic, of the teacher's squared picture. */
  readonly grid: Grid;
  /** Side of the encoder's square input in pixels (dynamic: of the squared picture). */
  readonly imageSide: number;
  /** Each picture has a grid of its own, which `encodeImage`, `rpn` and picture parts of a feed must be told. */
  readonly dynamicGrid: boolean;
  /** RPN branch: hidden_states[k] goes in, t layers deep; null when the checkpoint has none. */
  readonly rpn: { readonly k: number; readonly t: number } | null;
  /** Q-Zoom's gate: hidden_states[k] goes in, the RPN's own; null when the checkpoint has none that runs. */
  readonly gate: { readonly k: number; readonly t: number } | null;
  /** The device that really runs, as proved at load (`cpu`, `webgpu`, …). */
  readonly device: string;
  /** Steps of many sequences can be made together (`steps`). */
  readonly batches: boolean;
}

/** Part of one feed: token ids to embed, or features `[n, d]` that stand in their place. */
export type FeedPart =
  | { readonly tokens: readonly number[] }
  | {
      readonly features: Float32Array;
      readonly count: number;
      /** The picture's grid, where positions follow it (M-RoPE). */
      readonly grid?: Grid;
      /** Which of the grid's tokens these are; absent: all of them. */
      readonly keep?: Uint32Array;
      /** Positions its rows and columns are spread over; absent: the model's own for one more picture. */
      readonly over?: GridPositions;
    };

/** Attention rows to keep: query rows of this feed (0-based in the feed), keys by absolute position. */
export interface TapRequest {
  readonly heads: readonly { readonly layer: number; readonly heads: readonly number[] | 'all' }[];
  readonly rows: readonly [start: number, end: number];
  readonly keys: readonly [start: number, end: number];
}

/** Rows of one tapped layer: softmax over ALL keys, then sliced; `[heads, rows, keys]`. */
export interface TappedRows {
  readonly layer: number;
  readonly heads: readonly number[];
  readonly rows: number;
  readonly keys: number;
  readonly data: Float32Array;
}

export interface ForwardRequest {
  readonly parts: readonly FeedPart[];
  readonly taps?: TapRequest;
  /** Logits wanted for: the last fed token, every fed token, or none. Default `last`. */
  readonly logits?: 'last' | 'all' | 'none';
  /** Also return hidden_states[layer] (the input of that layer) of every fed token, `[S, d]`. */
  readonly hiddenOf?: number;
  /** Run layers 0..n-1 only (early exit); implies `logits: 'none'`. */
  readonly layers?: number;
}

export interface ForwardResult {
  /** `[V]` for `last`, `[S, V]` for `all`. */
  readonly logits: Float32Array | null;
  readonly taps: readonly TappedRows[];
  readonly hidden: Float32Array | null;
}

/** One token after what a cache holds, through every layer, with the logits that follow it: a step of decoding. */
export interface StepRequest {
  readonly cache: KvCache;
  readonly token: number;
  readonly taps?: Pick<TapRequest, 'heads' | 'keys'>;
}

/** Keys and values of what has been fed. Owned by the caller; `truncate` gives prefix reuse. */
export interface KvCache {
  readonly length: number;
  /** Forgets everything from position `length` on. */
  truncate(length: number): void;
  /** An independent copy of the first `length` positions. */
  fork(length?: number): KvCache;
  dispose(): void;
}

export interface VisionLanguageModel {
  readonly profile: ModelProfile;
  /**
   * `pixels` of the image processor, normalised → projected visual features `[N, d]`: `[3, side, side]`, or for dynamic
   * grids rows of patches (qwen-processor.ts) and the grid they make.
   */
  encodeImage(pixels: Float32Array, grid?: Grid): Promise<Float32Array>;
  /** Numbers that `encodeImage` takes for a picture of this grid. */
  pixelCount(grid: Grid): number;
  newCache(): KvCache;
  /**
   * Feeds tokens after what the cache holds, appends their keys and values, returns what was asked for. Many are fed in
   * chunks, cut by their number alone. A feed that fails leaves the cache as it was.
   * @param pause awaited between two chunks: others may ask the model meanwhile. When it rejects, so does the feed
   */
  forward(cache: KvCache, request: ForwardRequest, pause?: () => Promise<void>): Promise<ForwardResult>;
  /**
   * Steps of different caches, each weight read once for all of them. A request that is wrong gives its error and leaves
   * the others alone. On the CPU the numbers of a step do not depend on how many are made with it: linear layers get two
   * rows at least, because one alone is summed in another order (`forward` does that; relative 1e-5).
   * @throws FoveaError of what fails all of them (memory); no cache has changed then. Only where the profile `batches`.
   */
  steps(requests: readonly StepRequest[]): Promise<PromiseSettledResult<ForwardResult>[]>;
  /**
   * RPN scores `[N, Q]` from hidden_states[k] `[S, d]` of a prompt fed from position 0: queries = rows
   * `[queries[0], queries[1])`, keys = rows `[keys[0], keys[1])`, the visual tokens of a picture of `grid`. Those of
   * the last prompt token are the RPN's logits. METHOD §3.
   */
  rpn(
    hidden: Float32Array,
    queries: readonly [start: number, end: number],
    keys: readonly [start: number, end: number],
    grid?: Grid,
  ): Promise<Float32Array>;
  /**
   * The gate's number before its sigmoid, from hidden_states[k] `[S, d]` of a prompt fed from position 0 and no more: of its last
   * token. `visual` are the rows of the visual tokens of a picture of `grid`.
   */
  gate(hidden: Float32Array, visual: readonly [start: number, end: number], grid?: Grid): Promise<number>;
  dispose(): Promise<void>;
}
