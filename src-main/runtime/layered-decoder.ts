/**
 * The decoder as one session per layer and one for the head, run in turn. Where a session holds its weights (quantised
 * ones laid out anew, half-precision ones cast), this keeps one copy of them whatever is asked: a request that stops
 * early runs fewer sessions, hidden_states[i] is what passes between two, and every layer's tap is there, its bounds
 * one cell wide when nobody looks. A call per layer costs some 0.1 ms.
 */
import type { DecoderVariant, ModelGraphs } from '../../models/architectures/index.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { TappedRows } from '../pipeline/ports.ts';
import type { Decoder, DecoderFeed } from './decoder.ts';
import { need } from './decoder.ts';
import type { SessionSettings } from './device.ts';
import { int64, positionsOf, rowsOf, tapFeeds, tapped } from './feeds.ts';
import type { HostKvCache } from './kv-cache.ts';
import type { Feed } from './session.ts';
import { Session } from './session.ts';
import type { SessionCache } from './session-cache.ts';

/**
 * Rows of a feed that a layer takes at once. Attention holds heads · rows · keys scores and more than one such array: a
 * prompt with a crop, 1,200 rows of 32 heads, some 600 MB.
 */
const MAX_ROWS = 512;

export class LayeredDecoder implements Decoder {
  readonly #graphs: ModelGraphs;
  readonly #settings: SessionSettings;
  readonly #sessions: SessionCache;

  constructor(graphs: ModelGraphs, settings: SessionSettings, sessions: SessionCache) {
    this.#graphs = graphs;
    this.#settings = settings;
    this.#sessions = sessions;
  }

  /** All of it: a model whose weights do not fit fails here, not at the first sample. */
  async warm(signal?: AbortSignal): Promise<void> {
    const nothing = (): Promise<void> => Promise.resolve();
    for (let i = 0; i < this.#graphs.layers; i++) {
      if (signal?.aborted) throw new FoveaError('cancelled', 'the load was cancelled');
      await this.#layer(i, nothing);
    }
    await this.#head(nothing);
  }

  async run(cache: HostKvCache, feed: DecoderFeed) {
    const { hiddenSize: d, heads } = this.#graphs;
    const { count, wanted, positions } = feed;
    const { past, fresh } = cache.bind(wanted.layers, count);
    const bounds = tapFeeds(wanted.taps, feed.taps, heads, count, cache.length + count);
    const taps = new Map<number, TappedRows>();
    let x = feed.embeds;
    let spare: Float32Array | null = null;
    let hidden: Float32Array | null = null;
    for (let i = 0; i < wanted.layers; i++) {
      if (wanted.hiddenOf === i) hidden = x;
      const from = i < wanted.layers - 1 ? 0 : firstRowRead(feed, i);
      const isTapped = wanted.taps.includes(i);
      const next: Float32Array = from === 0 && spare !== null ? spare : new Float32Array((count - from) * d);
      // A tap's rows and a cut at `from` are of the whole feed; other layers take it piece by piece.
      const pieces = isTapped || from > 0 ? 1 : Math.ceil(count / MAX_ROWS);
      for (let piece = 0; piece < pieces; piece++) {
        const [start, end] = [piece, piece + 1].map((n) => Math.floor((n * count) / pieces)) as [
          number,
          number,
        ];
        const rows = next.subarray(start * d, end * d);
        const feeds: Record<string, Feed> = {
          embeds: [x.subarray(start * d, end * d), [end - start, d]],
          ...positionsOf(positions, start, end),
          ...cachedBefore(past, i, start),
          read_from: int64(from),
          ...(isTapped ? shifted(bounds, from) : UNTAPPED),
          [`tap_heads.${i}`]: bounds[`tap_heads.${i}`] ?? FIRST_HEAD,
        };
        const into = { ...written(fresh, i, start, end), hidden: [rows, [rows.length / d, d]] as const };
        const output = await this.#layer(i, (session) => session.run(feeds, into));
        const asked = feed.taps?.heads.find(({ layer }) => layer === i);
        if (asked) taps.set(i, tapped(need(output, `tap.${i}`), i, asked.heads));
      }
      // Rows that somebody reads later are not written over.
      spare = x === hidden ? null : x;
      x = next;
    }
    if (wanted.hiddenOf === wanted.layers) hidden = x;
    const result = {
      logits: await this.#logits(wanted.logits, x),
      taps: (feed.taps?.heads ?? []).map(({ layer }) => taps.get(layer) as TappedRows),
      hidden,
    };
    return { result, layers: wanted.layers };
  }

  /** @param x rows after the last layer, `[R, d]` */
  async #logits(which: DecoderVariant['logits'], x: Float32Array): Promise<Float32Array | null> {
    if (which === 'none') return null;
    const { hiddenSize: d } = this.#graphs;
    const rows = which === 'last' ? x.subarray(x.length - d) : x;
    const feeds = { hidden: [rows, [rows.length / d, d]] as const };
    return need(await this.#head((session) => session.run(feeds)), 'logits').data;
  }

  #layer<T>(i: number, work: (session: Session) => Promise<T>): Promise<T> {
    return this.#sessions.use(`layer ${i}`, () => Session.open(this.#graphs.layer(i), this.#settings), work);
  }

  #head<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#sessions.use('head', () => Session.open(this.#graphs.head(), this.#settings), work);
  }
}

/** The layer's cached rows and those that earlier pieces of this feed wrote behind them. */
function cachedBefore(past: Readonly<Record<string, Feed>>, i: number, start: number): Record<string, Feed> {
  const rows = (name: string): [string, Feed] => {
    const [data, [held = 0, width = 0]] = past[name] as Feed;
    const all = new Float32Array(data.buffer as ArrayBuffer, data.byteOffset, (held + start) * width);
    return [name, [all, [held + start, width]]];
  };
  return Object.fromEntries([rows(`past_k.${i}`), rows(`past_v.${i}`)]);
}

/** Where rows start…end−1 of this feed go. */
function written(
  fresh: Readonly<Record<string, Feed>>,
  i: number,
  start: number,
  end: number,
): Record<string, Feed> {
  const rows = (name: string): [string, Feed] => [name, rowsOf(fresh[name] as Feed, start, end)];
  return Object.fromEntries([rows(`new_k.${i}`), rows(`new_v.${i}`)]);
}

const FIRST_HEAD = int64(0);
/** Bounds of a tap that nobody reads: one number of one row. */
const UNTAPPED = shifted(tapFeeds([], undefined, 1, 1, 1), 0);

/** The bounds in a layer that only keeps rows from `from` on. */
function shifted(bounds: Readonly<Record<string, Feed>>, from: number): Record<string, Feed> {
  const row = (name: string): Feed => int64(Number((bounds[name] as Feed)[0][0]) - from);
  return { ...bounds, tap_rows_start: row('tap_rows_start'), tap_rows_end: row('tap_rows_end') };
}

/** The first row of the last layer that anything reads: of its output, or of its attention. */
function firstRowRead({ count, wanted, taps }: DecoderFeed, layer: number): number {
  if (wanted.logits === 'all' || wanted.hiddenOf === wanted.layers) return 0;
  return wanted.taps.includes(layer) && taps ? taps.rows[0] : count - 1;
}
