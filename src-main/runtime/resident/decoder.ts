/**
 * The decoder where weights and caches lie on a device: pieces run in turn (pieces.ts) that leave what they make where it is.
 * One copy of the weights serves prompts and steps, of one sequence or of many. Where ONNX Runtime cannot leave outputs on the
 * device (device.ts, `STAYS`) the same pieces run and the rows pass by the host.
 *
 * A chunk (chunks.ts) whose scores, heads · rows · keys in one buffer, are more than a buffer takes goes through all layers in
 * parts.
 */
import type { ModelGraphs } from '../../../models/architectures/index.ts';
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ForwardResult, TappedRows } from '../../pipeline/ports.ts';
import type { Decoder, DecoderFeed } from '../decoder.ts';
import { STAYS } from '../device.ts';
import type { SessionSettings } from '../device.ts';
import { int64, positionsOf, rowsOf, tapFeeds, tapped } from '../feeds.ts';
import { need } from '../outputs.ts';
import type { Feed } from '../session.ts';
import { firstRowRead } from '../rows-read.ts';
import { UNTAPPED } from '../step-decoder.ts';
import type { DecoderStep, StepMaker } from '../step-decoder.ts';
import { Gathered } from './gathered.ts';
import { ResidentKvCache } from './kv-cache.ts';
import type { KvPair } from './kv-cache.ts';
import type { ResidentPieces, Rows } from './pieces.ts';
import { Resident } from './resident.ts';
import { Scratch } from './scratch.ts';
import { KvStore } from './store.ts';

/**
 * Bytes of keys and values on a device that does not say how much memory it has. The largest that one sample takes (a
 * LLaVA-7B with a crop 1.6 GB, a Qwen2.5-VL-7B of 16,000 visual tokens twice 1.9 GB) fits; cards that hold their weights have it.
 */
const MAX_KV_BYTES = 4 * 2 ** 30;

const FLOAT = 4;

/** A part of a feed on its way through the layers. */
interface Part {
  readonly start: number;
  readonly end: number;
  readonly cache: ResidentKvCache;
  readonly feed: DecoderFeed;
  readonly bounds: Readonly<Record<string, Feed>>;
  readonly scratch: Scratch;
  readonly gathered: Gathered;
}

export class ResidentDecoder implements Decoder, StepMaker {
  readonly #graphs: ModelGraphs;
  readonly #pieces: ResidentPieces;
  readonly #device: string;
  readonly #maxBufferBytes: number;
  readonly #store: KvStore;

  /** @param maxBufferBytes largest buffer of the device; null: not known to be limited */
  constructor(
    graphs: ModelGraphs,
    { device }: SessionSettings,
    pieces: ResidentPieces,
    maxBufferBytes: number | null,
    maxKvBytes: number = STAYS[device] ? MAX_KV_BYTES : Infinity,
  ) {
    this.#graphs = graphs;
    this.#pieces = pieces;
    this.#device = device;
    this.#maxBufferBytes = maxBufferBytes ?? Infinity;
    this.#store = new KvStore(device, maxKvBytes);
  }

  warm(signal?: AbortSignal): Promise<void> {
    return this.#pieces.warm(signal);
  }

  newCache(): ResidentKvCache {
    return new ResidentKvCache(this.#graphs.layers, this.#store);
  }

  owns(cache: unknown): cache is ResidentKvCache {
    return cache instanceof ResidentKvCache;
  }

  dispose(): void {
    this.#store.dispose();
  }

  async run(cache: ResidentKvCache, feed: DecoderFeed) {
    const { count, wanted } = feed;
    const { layers } = wanted;
    const total = cache.length + count;
    cache.reserve(layers, count);
    this.#makeRoom([cache], layers, count);
    const bounds = tapFeeds(wanted.taps, feed.taps, this.#graphs.heads, count, total);
    const gathered = new Gathered();
    const scratch = new Scratch();
    try {
      for (const [start, end] of this.#partsOf(cache.length, count)) {
        await this.#through({ start, end, cache, feed, bounds, scratch, gathered });
      }
    } finally {
      scratch.clear();
    }
    return { result: gathered.result(feed), layers };
  }

  async steps(steps: readonly DecoderStep[], embeds: Float32Array): Promise<ForwardResult[]> {
    const { layers, headDim, hiddenSize: d, vocabSize } = this.#graphs;
    const count = steps.length;
    this.#makeRoom(steps.map(({ cache }) => cache as ResidentKvCache), layers, 1);
    const table = (name: string): Feed => {
      const rows = new Float32Array(count * headDim);
      steps.forEach(({ positions }, j) =>
        rows.set((positions[name] as Feed)[0] as Float32Array, j * headDim),
      );
      return [rows, [count, headDim]];
    };
    const whole = { cos: table('cos'), sin: table('sin'), ask_from: int64(0), keep_from: int64(0) };
    const taps = steps.map(() => new Map<number, TappedRows>());
    const scratch = new Scratch();
    try {
      let [x, mixed] = [[embeds, [count, d]] as Rows, null as Resident | null];
      for (let i = 0; i <= layers; i++) {
        const made = scratch.add(
          await this.#pieces.between(i, { embeds: x, ...(mixed ? { mixed } : {}), ...whole }),
        );
        scratch.drop(x, mixed);
        x = made['hidden'] ?? x;
        if (i === layers) break;
        mixed = await this.#attend(i, steps, made, scratch, taps);
        scratch.drop(made['q'], made['k'], made['v']);
      }
      const logits = await this.#pieces.logits(x);
      return steps.map(({ taps: asked }, j) => ({
        logits: logits.slice(j * vocabSize, (j + 1) * vocabSize),
        taps: asked.map(({ layer }) => taps[j]?.get(layer) as TappedRows),
        hidden: null,
      }));
    } finally {
      scratch.clear();
    }
  }

  /** Attention of one row of each sequence, whose key and value go behind the others. @returns `[B, heads·headDim]` */
  async #attend(
    i: number,
    steps: readonly DecoderStep[],
    { q, k, v }: Readonly<Record<string, Resident>>,
    scratch: Scratch,
    taps: readonly Map<number, TappedRows>[],
  ): Promise<Resident> {
    const isTapped = steps.some(({ tapped: layers }) => layers.includes(i));
    const feeds: Record<string, Rows> = { q: q as Resident, k: k as Resident, v: v as Resident };
    for (const [j, { cache, bounds, tapped: layers }] of steps.entries()) {
      const past = await this.#pastOf(cache as ResidentKvCache, i, cache.length);
      feeds[`past_keys.${j}`] = past.keys;
      feeds[`past_values.${j}`] = past.values;
      if (!isTapped) continue;
      const own = layers.includes(i) ? { ...bounds, tap_heads: bounds[`tap_heads.${i}`] as Feed } : UNTAPPED;
      for (const [name, feed] of Object.entries(own)) feeds[`${name}.${j}`] = feed;
    }
    const { resident, read } = await this.#pieces.attention(
      { sequences: steps.length, tapped: isTapped },
      feeds,
    );
    scratch.add(resident);
    steps.forEach(({ cache, taps: asked }, j) => {
      this.#put(cache as ResidentKvCache, i, resident[`keys.${j}`], resident[`values.${j}`], scratch);
      const tap = asked.find(({ layer }) => layer === i);
      if (tap) taps[j]?.set(i, tapped(need(read, `tap.${j}`), i, tap.heads));
    });
    return resident['mixed'] as Resident;
  }

  /** Takes rows start…end−1 of a feed through the layers. What fails on the way leaves rows that the cache does not count. */
  async #through(part: Part): Promise<void> {
    const { start, end, feed, scratch, gathered } = part;
    const { hiddenSize: d } = this.#graphs;
    const { positions, wanted, count } = feed;
    const { layers, hiddenOf } = wanted;
    const places = positionsOf(positions, start, end);
    let [x, mixed] = [rowsOf([feed.embeds, [count, d]], start, end) as Rows, null as Resident | null];
    // A part that ends before the first row that is read asks with one row all the same.
    const ask = Math.min(Math.max(firstRowRead(feed, layers - 1), start), end - 1) - start;
    for (let i = 0; i < layers; i++) {
      const from = i < layers - 1 ? 0 : ask;
      const rows = { ...places, ask_from: int64(from), keep_from: int64(0) };
      const made = scratch.add(
        await this.#pieces.between(i, { embeds: x, ...(mixed ? { mixed } : {}), ...rows }),
      );
      scratch.drop(x, mixed);
      x = made['hidden'] ?? x;
      if (hiddenOf === i) gathered.addHidden(await this.#onHost(x));
      mixed = await this.#attendPart(i, part, from, made);
      scratch.drop(made['q'], made['k'], made['v']);
    }
    const logits = wanted.logits === 'last' && end < count ? 'none' : wanted.logits;
    if (mixed && (logits !== 'none' || hiddenOf === layers)) await this.#end(part, x, mixed, ask, logits);
    scratch.drop(x, mixed);
  }

  async #attendPart(
    i: number,
    { start, end, cache, feed, bounds, scratch, gathered }: Part,
    from: number,
    { q, k, v }: Readonly<Record<string, Resident>>,
  ): Promise<Resident> {
    const past = await this.#pastOf(cache, i, cache.length + start);
    const taps = feed.wanted.taps.includes(i) ? feed.taps : undefined;
    const first = Math.max(taps?.rows[0] ?? end, start);
    const rows = [first, Math.min(taps?.rows[1] ?? 0, end)] as const;
    const keys = [taps?.keys[0] ?? 0, Math.min(taps?.keys[1] ?? 0, cache.length + end)] as const;
    // Keys that come after a part are nothing to its rows.
    const isTapped = rows[0] < rows[1] && keys[0] < keys[1];
    const tap = {
      tap_rows_start: int64(rows[0] - start - from),
      tap_rows_end: int64(rows[1] - start - from),
      tap_keys_start: int64(keys[0]),
      tap_keys_end: int64(keys[1]),
      tap_heads: bounds[`tap_heads.${i}`] as Feed,
    };
    const { resident, read } = await this.#pieces.attention(
      { sequences: 'one', tapped: isTapped },
      {
        ...positionsOf(feed.positions, start + from, end),
        ...(isTapped ? tap : {}),
        ...{ q: q as Resident, k: k as Resident, v: v as Resident },
        ...{ past_keys: past.keys, past_values: past.values },
      },
    );
    scratch.add(resident);
    this.#put(cache, i, resident['keys'], resident['values'], scratch);
    if (taps && isTapped) gathered.addTap(i, taps, rows[0], need(read, 'tap'));
    return resident['mixed'] as Resident;
  }

  /** What follows the last layer that runs, of the rows from `ask` of a part on. */
  async #end(
    { start, end, feed, scratch, gathered }: Part,
    x: Rows,
    mixed: Resident,
    ask: number,
    logits: DecoderFeed['wanted']['logits'],
  ): Promise<void> {
    const { hiddenSize: d } = this.#graphs;
    const { layers, hiddenOf } = feed.wanted;
    const rows = end - start - ask;
    let read = x;
    if (ask > 0 && x instanceof Resident) {
      read = scratch.add({ rows: await this.#pieces.slice(x, ask, end - start) }).rows;
    } else if (!(x instanceof Resident)) {
      read = rowsOf([x[0], [end - start, d]], ask, end - start);
    }
    // After an early exit the next layer's beginning hangs on: of one row.
    const made = scratch.add(
      await this.#pieces.between(layers, {
        ...positionsOf(feed.positions, start + ask, end),
        ...{ ask_from: int64(rows - 1), keep_from: int64(rows - 1), embeds: read, mixed },
      }),
    );
    const hidden = made['hidden'] as Resident;
    if (hiddenOf === layers) gathered.addHidden(await this.#onHost(hidden));
    if (logits !== 'none') {
      const last = logits === 'last' && rows > 1;
      const asked = last
        ? scratch.add({ rows: await this.#pieces.slice(hidden, rows - 1, rows) }).rows
        : hidden;
      gathered.addLogits(await this.#pieces.logits(asked));
      if (last) scratch.drop(asked);
    }
    scratch.drop(read, ...Object.values(made));
  }

  async #onHost(rows: Rows): Promise<Float32Array> {
    return rows instanceof Resident ? this.#pieces.read(rows, 0, rows.rows) : (rows[0] as Float32Array);
  }

  /** The first `length` rows of a layer, as they are fed. */
  async #pastOf(cache: ResidentKvCache, i: number, length: number): Promise<{ keys: Rows; values: Rows }> {
    const pair = cache.at(i);
    if (pair === null || length === 0) {
      const none: Feed = [new Float32Array(0), [0, this.#width]];
      return { keys: none, values: none };
    }
    if (pair.keys.rows === length) return pair;
    const cut = new Scratch();
    try {
      const keys = cut.add({ rows: await this.#pieces.slice(pair.keys, 0, length) }).rows;
      const values = cut.add({ rows: await this.#pieces.slice(pair.values, 0, length) }).rows;
      const own: KvPair = { keys, values };
      this.#put(cache, i, keys, values, cut);
      return own;
    } finally {
      cut.clear();
    }
  }

  #put(
    cache: ResidentKvCache,
    i: number,
    keys: Resident | undefined,
    values: Resident | undefined,
    scratch: Scratch,
  ): void {
    const own = { keys: keys as Resident, values: values as Resident };
    cache.put(i, { keys: scratch.handOver(own.keys), values: scratch.handOver(own.values) });
  }

  get #width(): number {
    return this.#graphs.kvHeads * this.#graphs.headDim;
  }

  /**
   * For `count` tokens more in each of the caches.
   * @throws FoveaError `out_of_memory` where keys and values would be more than the device is known to take
   */
  #makeRoom(caches: readonly ResidentKvCache[], layers: number, count: number): void {
    const total = Math.max(...caches.map(({ length }) => length)) + count;
    if (FLOAT * this.#width * total > this.#maxBufferBytes) {
      throw new FoveaError(
        'out_of_memory',
        `${counted(total, 'token')} take more keys than one buffer of ${this.#device} holds`,
        { next: 'Take a smaller picture or a shorter question, or use --device cpu' },
      );
    }
    const rows = caches.reduce((sum, cache) => sum + cache.growth(layers, count), 0);
    this.#store.makeRoom(2 * FLOAT * this.#width * rows);
  }

  /** Rows of a feed after `past` keys, cut so that no part's scores are more than a buffer takes. */
  #partsOf(past: number, count: number): (readonly [start: number, end: number])[] {
    const { heads } = this.#graphs;
    const most = Math.floor(this.#maxBufferBytes / (FLOAT * heads * (past + count)));
    const parts = Math.max(1, Math.ceil(count / Math.max(1, most)));
    const cut = (n: number): number => Math.floor((n * count) / parts);
    return Array.from({ length: parts }, (_, n) => [cut(n), cut(n + 1)] as const);
  }
}
