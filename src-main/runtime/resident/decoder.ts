/**
 * The decoder where weights and caches lie on a device: pieces run in turn (pieces.ts) that leave what they make where it is.
 * One copy of the weights serves prompts and steps, of one sequence or of many. Where ONNX Runtime cannot leave outputs on the
 * device (device.ts, `STAYS`) the same pieces run and the rows pass by the host.
 */
import type { ModelGraphs } from '../../../models/architectures/index.ts';
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ForwardResult, TappedRows } from '../../pipeline/ports.ts';
import type { Decoder, DecoderFeed } from '../decoder.ts';
import { STAYS } from '../device.ts';
import type { SessionSettings } from '../device.ts';
import { int64, positionsOf, rowsOf, tapFeeds, tapOf, tapped } from '../feeds.ts';
import { need } from '../outputs.ts';
import type { Feed, Output } from '../session.ts';
import { firstRowRead } from '../rows-read.ts';
import { UNTAPPED } from '../step-decoder.ts';
import type { DecoderStep, StepMaker } from '../step-decoder.ts';
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

  /** Scores, heads · rows · keys, lie in one buffer. */
  rowsAtOnce(keys: number): number {
    return Math.max(1, Math.floor(this.#maxBufferBytes / (FLOAT * this.#graphs.heads * keys)));
  }

  makeRoom(cache: ResidentKvCache, layers: number, count: number): void {
    cache.reserve(layers, count);
    this.#makeRoom([cache], layers, count);
  }

  async run(cache: ResidentKvCache, feed: DecoderFeed) {
    const { layers } = feed.wanted;
    const scratch = new Scratch();
    try {
      return { result: await this.#through(cache, feed, scratch), layers };
    } finally {
      scratch.clear();
    }
  }

  async steps(steps: readonly DecoderStep[], embeds: Float32Array): Promise<ForwardResult[]> {
    const { layers, headDim, hiddenSize: d, vocabSize } = this.#graphs;
    const count = steps.length;
    this.#makeRoom(
      steps.map(({ cache }) => cache as ResidentKvCache),
      layers,
      1,
    );
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

  /** What fails on the way leaves rows that the cache does not count. */
  async #through(cache: ResidentKvCache, feed: DecoderFeed, scratch: Scratch): Promise<ForwardResult> {
    const { hiddenSize: d, heads } = this.#graphs;
    const { positions, wanted, count } = feed;
    const { layers, hiddenOf, logits } = wanted;
    const bounds = tapFeeds(wanted.taps, feed.taps, heads, count, cache.length + count);
    const taps = new Map<number, TappedRows>();
    let hidden: Float32Array | null = null;
    let [x, mixed] = [[feed.embeds, [count, d]] as Rows, null as Resident | null];
    const ask = firstRowRead(feed, layers - 1);
    for (let i = 0; i < layers; i++) {
      const from = i < layers - 1 ? 0 : ask;
      const rows = { ...positions, ask_from: int64(from), keep_from: int64(0) };
      const made = scratch.add(
        await this.#pieces.between(i, { embeds: x, ...(mixed ? { mixed } : {}), ...rows }),
      );
      scratch.drop(x, mixed);
      x = made['hidden'] ?? x;
      if (hiddenOf === i) hidden = await this.#onHost(x);
      const tap = wanted.taps.includes(i) ? tapOf(bounds, i, from) : null;
      const attended = await this.#attendAll(i, cache, feed, { from, tap }, made, scratch);
      mixed = attended.mixed;
      const asked = feed.taps?.heads.find(({ layer }) => layer === i);
      if (asked && tap) taps.set(i, tapped(need(attended.read, 'tap'), i, asked.heads));
      scratch.drop(made['q'], made['k'], made['v']);
    }
    const end =
      mixed && (logits !== 'none' || hiddenOf === layers)
        ? await this.#end(feed, x, mixed, ask, scratch)
        : null;
    return {
      logits: end?.logits ?? null,
      taps: (feed.taps?.heads ?? []).map(({ layer }) => taps.get(layer) as TappedRows),
      hidden: hiddenOf === layers ? (end?.hidden ?? null) : hidden,
    };
  }

  /** Attention of the rows from `from` on; keys and values of all go behind the others. */
  async #attendAll(
    i: number,
    cache: ResidentKvCache,
    { count, positions }: DecoderFeed,
    { from, tap }: { readonly from: number; readonly tap: Readonly<Record<string, Feed>> | null },
    { q, k, v }: Readonly<Record<string, Resident>>,
    scratch: Scratch,
  ): Promise<{ readonly mixed: Resident; readonly read: Readonly<Record<string, Output>> }> {
    const past = await this.#pastOf(cache, i, cache.length);
    const { resident, read } = await this.#pieces.attention(
      { sequences: 'one', tapped: tap !== null },
      {
        ...positionsOf(positions, from, count),
        ...(tap ?? {}),
        ...{ q: q as Resident, k: k as Resident, v: v as Resident },
        ...{ past_keys: past.keys, past_values: past.values },
      },
    );
    scratch.add(resident);
    this.#put(cache, i, resident['keys'], resident['values'], scratch);
    return { mixed: resident['mixed'] as Resident, read };
  }

  /** What follows the last layer that runs, of the rows from `ask` on. */
  async #end(
    { count, positions, wanted }: DecoderFeed,
    x: Rows,
    mixed: Resident,
    ask: number,
    scratch: Scratch,
  ): Promise<Pick<ForwardResult, 'logits' | 'hidden'>> {
    const { hiddenSize: d } = this.#graphs;
    const { layers, hiddenOf, logits } = wanted;
    const rows = count - ask;
    let read = x;
    if (ask > 0 && x instanceof Resident) {
      read = scratch.add({ rows: await this.#pieces.slice(x, ask, count) }).rows;
    } else if (!(x instanceof Resident)) {
      read = rowsOf([x[0], [count, d]], ask, count);
    }
    // After an early exit the next layer's beginning hangs on: of one row.
    const made = scratch.add(
      await this.#pieces.between(layers, {
        ...positionsOf(positions, ask, count),
        ...{ ask_from: int64(rows - 1), keep_from: int64(rows - 1), embeds: read, mixed },
      }),
    );
    const hidden = made['hidden'] as Resident;
    const asked =
      logits === 'last' && rows > 1
        ? scratch.add({ rows: await this.#pieces.slice(hidden, rows - 1, rows) }).rows
        : hidden;
    return {
      hidden: hiddenOf === layers ? await this.#onHost(hidden) : null,
      logits: logits === 'none' ? null : await this.#pieces.logits(asked),
    };
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
}
