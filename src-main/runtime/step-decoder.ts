/**
 * One step of many sequences: their rows go through the pieces between attentions together, so that each weight is read
 * once for all, and each attention goes over the keys and values of every sequence where they lie.
 */
import type { ModelGraphs } from '../../models/architectures/index.ts';
import type { ForwardResult, TappedRows, TapRequest } from '../pipeline/ports.ts';
import { int64, tapFeeds, tapped } from './feeds.ts';
import type { HostKvCache } from './kv-cache.ts';
import { need } from './outputs.ts';
import type { DecoderPieces } from './pieces.ts';
import type { PlacedCache } from './places.ts';
import type { Feed } from './session.ts';

/** One sequence's part, checked. */
export interface DecoderStep {
  /** With room for one more row; it is not told of the row. Of the kind that the model makes. */
  readonly cache: PlacedCache;
  readonly token: number;
  /** Place and rotary tables (feeds.ts). */
  readonly positions: Readonly<Record<string, Feed>>;
  readonly taps: TapRequest['heads'];
  /** Layers of the taps, and their bounds (feeds.ts). */
  readonly tapped: readonly number[];
  readonly bounds: Readonly<Record<string, Feed>>;
  /** Positions after the row, under M-RoPE. */
  readonly next?: Int32Array;
}

/** What makes steps of many sequences. */
export interface StepMaker {
  /**
   * @param steps at least one, each of a cache of its own
   * @param embeds of their tokens, `[B, d]`
   */
  steps(steps: readonly DecoderStep[], embeds: Float32Array): Promise<ForwardResult[]>;
}

/** A matrix product takes a single row in another order than two or more: a lone step is made beside a copy of itself. */
const LEAST_ROWS = 2;

export class StepDecoder implements StepMaker {
  readonly #graphs: ModelGraphs;
  readonly #pieces: DecoderPieces;

  constructor(graphs: ModelGraphs, pieces: DecoderPieces) {
    this.#graphs = graphs;
    this.#pieces = pieces;
  }

  async steps(steps: readonly DecoderStep[], embeds: Float32Array): Promise<ForwardResult[]> {
    const { layers, heads, kvHeads, headDim, hiddenSize: d, vocabSize } = this.#graphs;
    const count = Math.max(LEAST_ROWS, steps.length);
    const rows = (width: number): Float32Array => new Float32Array(count * width);
    const at = (all: Float32Array, j: number, width: number) => all.subarray(j * width, (j + 1) * width);
    const [width, kvWidth] = [heads * headDim, kvHeads * headDim];
    const [q, mixed, k, v] = [rows(width), rows(width), rows(kvWidth), rows(kvWidth)];
    let [x, spare] = [stacked(count, d, (j) => at(embeds, j % steps.length, d)), rows(d)];
    const place = (name: string, j: number) =>
      (steps[j % steps.length] as DecoderStep).positions[name] as Feed;
    const table = (name: string): Feed => [
      stacked(count, headDim, (j) => place(name, j)[0] as Float32Array),
      [count, headDim],
    ];
    const [cos, sin] = [table('cos'), table('sin')];
    const whole = { cos, sin, ask_from: int64(0), keep_from: int64(0) };
    const taps = steps.map(() => new Map<number, TappedRows>());
    for (let i = 0; i <= layers; i++) {
      const feeds = { embeds: [x, [count, d]] as const, mixed: [mixed, [count, width]] as const, ...whole };
      await this.#pieces.between(i, feeds, {
        ...(i > 0 ? { hidden: [spare, [count, d]] as const } : {}),
        ...(i < layers ? { q: [q, [count, width]], k: [k, [count, kvWidth]], v: [v, [count, kvWidth]] } : {}),
      });
      if (i > 0) [x, spare] = [spare, x];
      if (i === layers) break;
      steps.forEach(({ cache }, j) => {
        const room = (cache as HostKvCache).rows(i, cache.length, cache.length + 1);
        (room.k[0] as Float32Array).set(at(k, j, kvWidth));
        (room.v[0] as Float32Array).set(at(v, j, kvWidth));
      });
      await this.#attend(i, steps, q.subarray(0, steps.length * width), mixed, taps);
      if (steps.length < count) mixed.copyWithin(width, 0, width);
    }
    const logits = await this.#pieces.logits(x);
    return steps.map(({ taps: asked }, j) => ({
      // A copy: the array may be the runtime's.
      logits: at(logits, j, vocabSize).slice(),
      taps: asked.map(({ layer }) => taps[j]?.get(layer) as TappedRows),
      hidden: null,
    }));
  }

  async #attend(
    i: number,
    steps: readonly DecoderStep[],
    q: Float32Array,
    mixed: Float32Array,
    taps: readonly Map<number, TappedRows>[],
  ): Promise<void> {
    const count = steps.length;
    const width = q.length / count;
    const isTapped = steps.some(({ tapped: layers }) => layers.includes(i));
    const feeds: Record<string, Feed> = { q: [q, [count, width]] };
    steps.forEach(({ cache, bounds, tapped: layers }, j) => {
      const { k, v } = (cache as HostKvCache).rows(i, 0, cache.length + 1);
      feeds[`keys.${j}`] = k;
      feeds[`values.${j}`] = v;
      if (!isTapped) return;
      const own = layers.includes(i) ? { ...bounds, tap_heads: bounds[`tap_heads.${i}`] as Feed } : UNTAPPED;
      for (const [name, feed] of Object.entries(own)) feeds[`${name}.${j}`] = feed;
    });
    const into = { mixed: [mixed.subarray(0, q.length), [count, width]] as const };
    const output = await this.#pieces.attention({ sequences: count, tapped: isTapped }, feeds, into);
    steps.forEach(({ taps: asked }, j) => {
      const tap = asked.find(({ layer }) => layer === i);
      if (tap) taps[j]?.set(i, tapped(need(output, `tap.${j}`), i, tap.heads));
    });
  }
}

/** `count` rows as one array. */
function stacked(count: number, width: number, row: (j: number) => Float32Array): Float32Array {
  const all = new Float32Array(count * width);
  for (let j = 0; j < count; j++) all.set(row(j), j * width);
  return all;
}

/** Bounds of a tap that nobody reads: one number. */
export const UNTAPPED: Readonly<Record<string, Feed>> = {
  ...tapFeeds([], undefined, 1, 1, 1),
  tap_heads: int64(0),
};
