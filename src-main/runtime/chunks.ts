/**
 * A long feed in chunks of rows, each fed behind those before it. Attention's scores, heads · rows · keys, are then never
 * those of a whole prompt, nor more than a buffer of the device takes, and steps of other sequences can be made between two.
 *
 * Every family's decoder is causal by place, a picture's tokens too (only vision towers look both ways, and they are
 * another graph), so a cut may fall anywhere. Positions are those of the whole feed: under M-RoPE a token's do not follow
 * from what the cache holds when the cut falls inside a picture. Where cuts fall depends on how many rows are fed and cached,
 * never on what else runs: a sample's numbers are the same in any company. Against one feed of the whole only softmax sums
 * its row over fewer (masked) keys: relative 1e-6.
 */
import type { ForwardResult, TappedRows, TapRequest } from '../pipeline/ports.ts';
import type { DecoderFeed } from './decoder.ts';
import { headList, positionsOf } from './feeds.ts';

/**
 * Rows of a chunk at most. Feeds are cut evenly, so a chunk has more than half as many. Processor time of 640 rows of a 326 M
 * LLaVA against one feed of them (one thread, fp32): 2 chunks 0.99, 3 chunks 1.00, 5 chunks (128 rows) 1.11, 10 (64) 1.32; of
 * 1,280 rows 0.95, 0.97 (256), 1.09 (128), 1.29 (64): rows that never meet later keys cost less attention, but products of
 * fewer rows than some 256 read their weights for too little. A full chunk takes as long as 7 to 8 steps of eight sequences.
 */
export const CHUNK_ROWS = 512;

/** Rows start…end−1 of a feed. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly feed: DecoderFeed;
}

/**
 * @param held tokens in the cache before the feed
 * @param most rows of a chunk
 */
export function chunksOf(feed: DecoderFeed, held: number, most: number): Chunk[] {
  const { count } = feed;
  const chunks = Math.ceil(count / most);
  if (chunks <= 1) return [{ start: 0, end: count, feed }];
  const cut = (n: number): number => Math.floor((n * count) / chunks);
  return Array.from({ length: chunks }, (_, n) => chunkOf(feed, held, cut(n), cut(n + 1)));
}

function chunkOf(feed: DecoderFeed, held: number, start: number, end: number): Chunk {
  const { embeds, count, positions, wanted } = feed;
  const taps = feed.taps && tapsWithin(feed.taps, held, start, end);
  const logits = wanted.logits === 'last' && end < count ? 'none' : wanted.logits;
  const d = embeds.length / count;
  return {
    start,
    end,
    feed: {
      embeds: embeds.subarray(start * d, end * d),
      count: end - start,
      positions: positionsOf(positions, start, end),
      wanted: { ...wanted, logits, taps: taps ? wanted.taps : [] },
      variant: feed.variant,
      taps,
    },
  };
}

/** What of a feed's taps a chunk has: rows of its own, keys up to its end. */
function tapsWithin(taps: TapRequest, held: number, start: number, end: number): TapRequest | undefined {
  const rows = [Math.max(taps.rows[0], start) - start, Math.min(taps.rows[1], end) - start] as const;
  const keys = [taps.keys[0], Math.min(taps.keys[1], held + end)] as const;
  return rows[0] < rows[1] && keys[0] < keys[1] ? { heads: taps.heads, rows, keys } : undefined;
}

/**
 * What the chunks gave, as the feed would have given it.
 * @param heads of a layer
 */
export function joinedChunks(
  { taps, wanted }: DecoderFeed,
  heads: number,
  chunks: readonly Chunk[],
  results: readonly ForwardResult[],
): ForwardResult {
  const [only] = results;
  if (only && results.length === 1) return only;
  return {
    logits:
      wanted.logits === 'all'
        ? stacked(results.map(({ logits }) => logits))
        : (results.at(-1)?.logits ?? null),
    taps: taps ? joinedTaps(taps, heads, chunks, results) : [],
    hidden: wanted.hiddenOf === null ? null : stacked(results.map(({ hidden }) => hidden)),
  };
}

/** The taps of all chunks; keys behind a chunk's end are none of its rows' business: 0, as a mask leaves them. */
function joinedTaps(
  { heads: asked, rows, keys }: TapRequest,
  count: number,
  chunks: readonly Chunk[],
  results: readonly ForwardResult[],
): TappedRows[] {
  const [height, width] = [rows[1] - rows[0], keys[1] - keys[0]];
  return asked.map(({ layer, heads: wanted }, tap) => {
    const heads = headList(wanted, count);
    const data = new Float32Array(heads.length * height * width);
    for (const [i, { taps }] of results.entries()) {
      const own = taps[tap];
      if (!own) continue;
      const at = Math.max((chunks[i] as Chunk).start - rows[0], 0);
      for (let head = 0; head < heads.length; head++) {
        for (let row = 0; row < own.rows; row++) {
          const from = (head * own.rows + row) * own.keys;
          data.set(own.data.subarray(from, from + own.keys), (head * height + at + row) * width);
        }
      }
    }
    return { layer, heads, rows: height, keys: width, data };
  });
}

function stacked(parts: readonly (Float32Array | null)[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + (part?.length ?? 0), 0));
  let at = 0;
  for (const part of parts) {
    if (part) all.set(part, at);
    at += part?.length ?? 0;
  }
  return all;
}
