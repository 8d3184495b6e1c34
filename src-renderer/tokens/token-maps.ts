/**
 * Maps of one or several tokens. Which one is meant: the token under the pointer or the keyboard, else those that were
 * kept with a click, else the tokens the sample's own map is made of.
 */
import type { TokenView } from '../../src-shared/contract/inspect.ts';
import { decodeFloat16, encodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { decodeMap, withRange, type PlacedValues } from '../canvas/map-values.ts';

/** Tokens meant, in order; never one without a map unless it is the one pointed at. */
export function meant(view: TokenView, pointed: number | null, kept: readonly number[]): number[] {
  if (pointed !== null) return [pointed];
  const all = view.tokens.map((_, i) => i);
  if (kept.length > 0) return all.filter((i) => kept.includes(i));
  return all.filter((i) => view.tokens[i]!.used);
}

/**
 * The mean of some tokens' maps, as float16 like every map that is shown; one token's map is its own. Null when none
 * of them has one. Tokens without a map are left out.
 */
export function tokenMap(view: TokenView, indices: readonly number[]): PlacedValues | null {
  const maps = indices.flatMap((i) => {
    const map = view.tokens[i]?.map;
    return map ? [decodeMap(map)] : [];
  });
  const first = maps[0];
  if (!first) return null;
  const { grid, transform } = view;
  const mean = first.map((_, i) => maps.reduce((sum, map) => sum + map[i]!, 0) / maps.length);
  return { ...withRange(decodeFloat16(encodeFloat16(mean))), grid, transform };
}

/** How much of its attention a token gives to the picture, 0…1; null without a map. */
export function shareOnPicture(view: TokenView, index: number): number | null {
  const map = view.tokens[index]?.map;
  return map ? decodeMap(map).reduce((a, b) => a + b, 0) : null;
}

const MAX_NAMED = 3;

/** A title for the tokens that are meant. */
export function tokensTitle(view: TokenView, indices: readonly number[], chosen: boolean): string {
  if (!chosen) return 'Tokens of the map';
  const words = indices.map((i) => `“${view.tokens[i]?.text ?? ''}”`);
  if (words.length === 0) return 'Tokens';
  const more = words.length - MAX_NAMED;
  const named = words.slice(0, MAX_NAMED).join(' + ');
  return more > 0 ? `${named} + ${more} more` : named;
}
