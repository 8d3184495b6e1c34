/**
 * What runs the decoder of a model: one session for each kind of request (here), or pieces (layered-decoder.ts).
 */
import type { DecoderVariant, ModelGraphs } from '../../models/architectures/index.ts';
import type { ForwardResult, TapRequest } from '../pipeline/ports.ts';
import type { SessionSettings } from './device.ts';
import { tapFeeds, tapped } from './feeds.ts';
import { HostCaches } from './host-caches.ts';
import type { HostKvCache } from './kv-cache.ts';
import { need } from './outputs.ts';
import type { PlacedCache } from './places.ts';
import type { Feed } from './session.ts';
import { Session } from './session.ts';
import type { SessionCache } from './session-cache.ts';

/** One feed: `count` embedded tokens after what the cache holds. */
export interface DecoderFeed {
  /** `[count, d]`; the decoder may use it as working memory. */
  readonly embeds: Float32Array;
  readonly count: number;
  /** Places and rotary tables (feeds.ts). */
  readonly positions: Readonly<Record<string, Feed>>;
  readonly wanted: DecoderVariant;
  /** What all chunks of a prompt together want (chunks.ts): a session that gives it serves each of them. */
  readonly variant: DecoderVariant;
  readonly taps: TapRequest | undefined;
}

export interface Decoder {
  /** Makes the sessions that every request needs. @throws FoveaError `cancelled` between two of them. */
  warm(signal?: AbortSignal): Promise<void>;
  /**
   * Runs the feed and writes its keys and values behind those of the cache, which is not told.
   * @returns the result, and how many layers ran
   */
  run(cache: PlacedCache, feed: DecoderFeed): Promise<{ result: ForwardResult; layers: number }>;
  /** How many rows of a feed can run at once over so many keys. */
  rowsAtOnce(keys: number): number;
  /**
   * Makes room for `count` more tokens in layers 0…layers−1 of a cache, before any of them runs.
   * @throws FoveaError as `PlacedCache.reserve`, `out_of_memory`
   */
  makeRoom(cache: PlacedCache, layers: number, count: number): void;
  newCache(): PlacedCache;
  /** Whether the cache is one that it made, or of its kind. */
  owns(cache: unknown): cache is PlacedCache;
  /** Gives back what its caches hold outside JavaScript's memory; its sessions are not its own. */
  dispose(): void;
}

/** A graph per kind of request. */
export class WholeDecoder extends HostCaches implements Decoder {
  readonly #graphs: ModelGraphs;
  readonly #settings: SessionSettings;
  readonly #sessions: SessionCache;

  constructor(graphs: ModelGraphs, settings: SessionSettings, sessions: SessionCache) {
    super(graphs);
    this.#graphs = graphs;
    this.#settings = settings;
    this.#sessions = sessions;
  }

  async warm(): Promise<void> {
    const { layers } = this.#graphs;
    await this.#use({ layers, logits: 'last', taps: [], hiddenOf: null }, () => Promise.resolve());
  }

  async run(cache: HostKvCache, { embeds, count, positions, wanted, variant, taps }: DecoderFeed) {
    const { hiddenSize, heads } = this.#graphs;
    const { past, fresh } = cache.bind(variant.layers, count);
    const feeds = {
      embeds: [embeds, [count, hiddenSize]] as const,
      ...positions,
      ...past,
      ...tapFeeds(variant.taps, taps, heads, count, cache.length + count),
    };
    const output = await this.#use(variant, (session) => session.run(feeds, fresh));
    const result: ForwardResult = {
      logits: wanted.logits === 'none' ? null : need(output, 'logits').data,
      taps: (taps?.heads ?? []).map(({ layer, heads: list }) =>
        tapped(need(output, `tap.${layer}`), layer, list),
      ),
      hidden: wanted.hiddenOf === null ? null : need(output, 'hidden').data,
    };
    return { result, layers: variant.layers };
  }

  #use<T>(variant: DecoderVariant, work: (session: Session) => Promise<T>): Promise<T> {
    const open = () => Session.open(this.#graphs.decoder(variant), this.#settings);
    return this.#sessions.use(JSON.stringify(variant), open, work);
  }
}
