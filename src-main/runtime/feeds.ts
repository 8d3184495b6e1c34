/**
 * What a graph is fed besides activations: positions with their rotary tables, and the bounds of taps. Every bound is
 * checked here, against the feed it is for, because a graph would clamp it in silence.
 */
import type { ModelFacts } from '../../models/architectures/index.ts';
import type { MropePositions } from '../../models/architectures/mrope.ts';
import { mropePositions, mropeTables } from '../../models/architectures/mrope.ts';
import { ropeTables } from '../../models/architectures/rope.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Grid } from '../../src-shared/kernels/types.ts';
import type { TappedRows, TapRequest } from '../pipeline/ports.ts';
import type { Feed, Output } from './session.ts';

export const int64 = (...values: number[]): Feed => [BigInt64Array.from(values, BigInt), [values.length]];

/** Numbers start…start+count−1. */
function range(start: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => start + i);
}

/**
 * Places start…start+count−1 of the fed tokens, those of all keys so far, and the rotary tables.
 * @param mrope the tokens' positions where they are not their places
 */
export function positionFeeds(
  { headDim, ropeTheta, mropeSection }: Pick<ModelFacts, 'headDim' | 'ropeTheta' | 'mropeSection'>,
  start: number,
  count: number,
  mrope: MropePositions | null,
): Record<string, Feed> {
  const { cos, sin } =
    mrope && mropeSection
      ? mropeTables(mrope.axes, headDim, ropeTheta, mropeSection)
      : ropeTables(start, count, headDim, ropeTheta);
  return {
    cos: [cos, [count, headDim]],
    sin: [sin, [count, headDim]],
    positions: [range(start, count), [count, 1]],
    key_positions: [range(0, start + count), [1, start + count]],
  };
}

/**
 * What the RPN branch is fed: the whole prompt's states, places, and the bounds of queries and keys.
 * @param hidden hidden_states[K], `[S, d]`
 * @param keys the rows of the visual tokens, whose positions are those of `grid`
 * @throws FoveaError `internal` when bounds lie outside the rows
 */
export function branchFeeds(
  facts: Pick<ModelFacts, 'hiddenSize' | 'headDim' | 'ropeTheta' | 'mropeSection'>,
  hidden: Float32Array,
  queries: readonly [start: number, end: number],
  keys: readonly [start: number, end: number],
  grid: Grid,
): Record<string, Feed> {
  const count = rowsOfStates(facts, hidden);
  const within = ([start, end]: readonly [number, number]): boolean => start < end && end <= count;
  if (!within(queries) || !within(keys)) {
    const asked = `queries ${queries.join('–')} or keys ${keys.join('–')}`;
    throw new FoveaError('internal', `${asked} lie outside ${count} rows`);
  }
  return {
    ...statesFeeds(facts, hidden, keys, grid),
    queries_start: int64(queries[0]),
    queries_end: int64(queries[1]),
    keys_start: int64(keys[0]),
    keys_end: int64(keys[1]),
  };
}

/**
 * A whole prompt's states and their places.
 * @param hidden hidden_states[K], `[S, d]`
 * @param visual the rows of the visual tokens, whose positions are those of `grid`
 */
export function statesFeeds(
  facts: Pick<ModelFacts, 'hiddenSize' | 'headDim' | 'ropeTheta' | 'mropeSection'>,
  hidden: Float32Array,
  [from, to]: readonly [start: number, end: number],
  grid: Grid,
): Record<string, Feed> {
  const count = rowsOfStates(facts, hidden);
  const spans = [{ count: from }, { count: to - from, grid }, { count: count - to }];
  return {
    hidden: [hidden, [count, facts.hiddenSize]],
    ...positionFeeds(facts, 0, count, facts.mropeSection ? mropePositions(0, spans) : null),
  };
}

function rowsOfStates({ hiddenSize }: Pick<ModelFacts, 'hiddenSize'>, hidden: Float32Array): number {
  const count = hidden.length / hiddenSize;
  if (Number.isInteger(count)) return count;
  throw new FoveaError('internal', `${hidden.length} numbers are no rows of ${hiddenSize}`);
}

/** Rows start…end−1 of a feed `[S, w]`. */
export function rowsOf([data, [, width = 1]]: Feed, start: number, end: number): Feed {
  return [data.subarray(start * width, end * width), [end - start, width]];
}

/** What {@link positionFeeds} gave, for the tokens start…end−1 alone and the keys up to them. */
export function positionsOf(
  positions: Readonly<Record<string, Feed>>,
  start: number,
  end: number,
): Record<string, Feed> {
  return Object.fromEntries(
    Object.entries(positions).map(([name, feed]) => {
      if (name !== 'key_positions') return [name, rowsOf(feed, start, end)];
      const [fed = 0] = (positions['positions'] as Feed)[1];
      const keys = feed[0].length - fed + end;
      return [name, [feed[0].subarray(0, keys), [1, keys]]];
    }),
  );
}

/** The heads that are asked for, of `count`. */
export function headList(heads: readonly number[] | 'all', count: number): readonly number[] {
  return heads === 'all' ? Array.from({ length: count }, (_, i) => i) : heads;
}

/** Bounds and heads of the tapped layers, checked against this feed; a layer nobody asks for gives its first head. */
export function tapFeeds(
  layers: readonly number[],
  taps: TapRequest = { heads: [], rows: [0, 1], keys: [0, 1] },
  heads: number,
  rows: number,
  keys: number,
): Record<string, Feed> {
  for (const [[start, end], limit] of [
    [taps.rows, rows],
    [taps.keys, keys],
  ] as const) {
    if (!(start >= 0 && start < end && end <= limit)) {
      throw new FoveaError('internal', `taps of ${start}–${end} lie outside ${limit} positions`);
    }
  }
  const feeds: Record<string, Feed> = {
    tap_rows_start: int64(taps.rows[0]),
    tap_rows_end: int64(taps.rows[1]),
    tap_keys_start: int64(taps.keys[0]),
    tap_keys_end: int64(taps.keys[1]),
  };
  for (const layer of layers) feeds[`tap_heads.${layer}`] = int64(0);
  const asked = new Set<number>();
  for (const { layer, heads: wanted } of taps.heads) {
    if (asked.has(layer)) throw new FoveaError('internal', `layer ${layer} is tapped twice`);
    asked.add(layer);
    const list = headList(wanted, heads);
    if (list.some((head) => head < 0 || head >= heads)) {
      throw new FoveaError('internal', `layer ${layer} has ${heads} heads, asked for ${list.join(', ')}`);
    }
    feeds[`tap_heads.${layer}`] = int64(...list);
  }
  return feeds;
}

/** Layer `i`'s tap by the bounds that {@link tapFeeds} gave, of rows from `from` of the feed on. */
export function tapOf(bounds: Readonly<Record<string, Feed>>, i: number, from: number): Record<string, Feed> {
  const row = (name: string): Feed => int64(Number((bounds[name] as Feed)[0][0]) - from);
  return {
    ...bounds,
    tap_rows_start: row('tap_rows_start'),
    tap_rows_end: row('tap_rows_end'),
    tap_heads: bounds[`tap_heads.${i}`] as Feed,
  };
}

/** A tap's output under its layer and heads. */
export function tapped(output: Output, layer: number, heads: readonly number[] | 'all'): TappedRows {
  const [count = 0, rows = 0, keys = 0] = output.dims;
  return { layer, heads: headList(heads, count), rows, keys, data: output.data };
}
