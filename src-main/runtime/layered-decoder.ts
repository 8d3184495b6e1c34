/**
 * The decoder as pieces run in turn (pieces.ts). Where a session holds its weights (quantised ones laid out anew,
 * half-precision ones cast), this keeps one copy of them whatever is asked: a request that stops early runs fewer pieces,
 * hidden_states[i] is what passes between two, and rows that nobody reads are left out by where a piece begins.
 */
import type { DecoderVariant, ModelGraphs } from '../../models/architectures/index.ts';
import type { TappedRows } from '../pipeline/ports.ts';
import type { Decoder, DecoderFeed } from './decoder.ts';
import { int64, positionsOf, rowsOf, tapFeeds, tapOf, tapped } from './feeds.ts';
import { HostCaches } from './host-caches.ts';
import type { HostKvCache } from './kv-cache.ts';
import { need } from './outputs.ts';
import type { DecoderPieces } from './pieces.ts';
import { firstRowRead } from './rows-read.ts';
import type { Feed } from './session.ts';

export class LayeredDecoder extends HostCaches implements Decoder {
  readonly #graphs: ModelGraphs;
  readonly #pieces: DecoderPieces;

  constructor(graphs: ModelGraphs, pieces: DecoderPieces) {
    super(graphs);
    this.#graphs = graphs;
    this.#pieces = pieces;
  }

  warm(signal?: AbortSignal): Promise<void> {
    return this.#pieces.warm(signal);
  }

  async run(cache: HostKvCache, feed: DecoderFeed) {
    const { heads, headDim, hiddenSize: d } = this.#graphs;
    const { count, wanted } = feed;
    const { layers } = wanted;
    cache.reserve(layers, count);
    const bounds = tapFeeds(wanted.taps, feed.taps, heads, count, cache.length + count);
    const taps = new Map<number, TappedRows>();
    const width = heads * headDim;
    const mixed = new Float32Array(count * width);
    const q = new Float32Array(count * width);
    let rows: Rows = { x: feed.embeds, spare: null };
    let hidden: Float32Array | null = null;
    for (let i = 0; i < layers; i++) {
      const from = i < layers - 1 ? 0 : firstRowRead(feed, i);
      rows = await this.#before(i, rows, { mixed, q }, cache, feed, from, hidden);
      if (wanted.hiddenOf === i) hidden = rows.x;
      const tap = wanted.taps.includes(i) ? bounds : null;
      const read = await this.#attend(i, { mixed, q }, cache, feed, from, tap);
      const asked = feed.taps?.heads.find(({ layer }) => layer === i);
      if (asked && read) taps.set(i, tapped(need(read, 'tap'), i, asked.heads));
    }
    const from = firstRowRead(feed, layers - 1);
    const end = await this.#end(rows.x.subarray(from * d), mixed.subarray(from * width), feed, from);
    if (wanted.hiddenOf === layers) hidden = end;
    const result = {
      logits: end && (await this.#logits(wanted.logits, end)),
      taps: (feed.taps?.heads ?? []).map(({ layer }) => taps.get(layer) as TappedRows),
      hidden,
    };
    return { result, layers };
  }

  /** Ends layer i − 1 and begins layer i: its keys and values go behind the cache's, its queries from row `from` into `q`. */
  async #before(
    i: number,
    { x, spare }: Rows,
    { mixed, q }: Work,
    cache: HostKvCache,
    { count, positions }: DecoderFeed,
    from: number,
    hidden: Float32Array | null,
  ): Promise<Rows> {
    const { hiddenSize: d, heads, headDim } = this.#graphs;
    const width = heads * headDim;
    const next = i === 0 ? x : (spare ?? new Float32Array(count * d));
    const feeds = {
      embeds: [x, [count, d]] as const,
      mixed: [mixed, [count, width]] as const,
      ...positions,
      ask_from: int64(from),
      keep_from: int64(0),
    };
    const { k, v } = cache.rows(i, cache.length, cache.length + count);
    const queries = rowsOf([q, [count, width]], from, count);
    await this.#pieces.between(i, feeds, {
      q: queries,
      k,
      v,
      ...(i > 0 ? { hidden: [next, [count, d]] as const } : {}),
    });
    // Rows that somebody reads later are not written over.
    return { x: next, spare: x === next || x === hidden ? spare : x };
  }

  /** Attention of the rows from `from` on, into `mixed`. @returns the outputs where rows are tapped */
  async #attend(
    i: number,
    { mixed, q }: Work,
    cache: HostKvCache,
    { count, positions }: DecoderFeed,
    from: number,
    tap: Readonly<Record<string, Feed>> | null,
  ) {
    const { heads, headDim } = this.#graphs;
    const width = heads * headDim;
    const { k: keys, v: values } = cache.rows(i, 0, cache.length + count);
    const rows = (all: Float32Array): Feed => rowsOf([all, [count, width]], from, count);
    const feeds = {
      q: rows(q),
      keys,
      values,
      ...positionsOf(positions, from, count),
      ...(tap ? tapOf(tap, i, from) : {}),
    };
    const shape = { sequences: 'one', tapped: tap !== null } as const;
    const output = await this.#pieces.attention(shape, feeds, { mixed: rows(mixed) });
    return tap && output;
  }

  /** Rows after the last layer that runs, from row `from` of the feed on; null where nobody reads any. */
  async #end(x: Float32Array, mixed: Float32Array, feed: DecoderFeed, from: number) {
    const { hiddenSize: d, heads, headDim, layers: all } = this.#graphs;
    const { layers, logits, hiddenOf } = feed.wanted;
    if (logits === 'none' && hiddenOf !== layers) return null;
    const count = feed.count - from;
    const out = new Float32Array(count * d);
    const feeds = {
      embeds: [x, [count, d]] as const,
      mixed: [mixed, [count, heads * headDim]] as const,
      // After an early exit the next layer's beginning hangs on: of one row.
      ...(layers < all ? positionsOf(feed.positions, from, feed.count) : {}),
      ask_from: int64(count - 1),
      keep_from: int64(count - 1),
    };
    await this.#pieces.between(layers, feeds, { hidden: [out, [count, d]] });
    return out;
  }

  /** @param x rows after the last layer, `[R, d]` */
  #logits(which: DecoderVariant['logits'], x: Float32Array): Promise<Float32Array> | null {
    if (which === 'none') return null;
    return this.#pieces.logits(which === 'last' ? x.subarray(x.length - this.#graphs.hiddenSize) : x);
  }
}

/** What passes between two attentions, `[count, d]`, and an array of that size that is free. */
interface Rows {
  readonly x: Float32Array;
  readonly spare: Float32Array | null;
}

/** Queries of a layer and what its attention makes of them, `[count, heads·headDim]`. */
interface Work {
  readonly q: Float32Array;
  readonly mixed: Float32Array;
}
