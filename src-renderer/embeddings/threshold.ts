/** The threshold of near-duplicates as it is dragged, typed and said. */
import { NEAR_BARS, NEAR_LEAST } from '../../src-shared/contract/procedures.ts';
import { counted } from '../ui/words.ts';

/** Steps of the slider, from {@link NEAR_LEAST} to 1. */
export const STEPS = 200;

export function positionOf(threshold: number): number {
  return Math.round(((threshold - NEAR_LEAST) / (1 - NEAR_LEAST)) * STEPS);
}

export function thresholdAt(position: number): number {
  return Number((NEAR_LEAST + ((1 - NEAR_LEAST) * position) / STEPS).toFixed(3));
}

/** What a text means; a text in return: why it means nothing. */
export function readThreshold(text: string): number | string {
  const value = Number(text.trim().replace(',', '.'));
  if (text.trim() !== '' && value >= NEAR_LEAST && value <= 1) return Number(value.toFixed(4));
  return `A number from ${NEAR_LEAST} to 1`;
}

export function thresholdWords(value: number): string {
  return value.toFixed(3);
}

/** Where a threshold lies among the bars, as the histogram's range: 0 is {@link NEAR_LEAST}, 1 is 1. */
export function shareOf(threshold: number): number {
  return (threshold - NEAR_LEAST) / (1 - NEAR_LEAST);
}

/** The bar that a threshold lies in; 1 is in the last one. */
export function barOf(threshold: number): number {
  return Math.min(NEAR_BARS - 1, Math.floor(shareOf(threshold) * NEAR_BARS + 1e-9));
}

/** `12 pictures are similar to another by 0.95 or more`: to the width of a bar. */
export function barsWords(bars: readonly number[], threshold: number): string {
  const first = barOf(threshold);
  const pictures = bars.slice(first).reduce((sum, n) => sum + n, 0);
  const words = counted(pictures, 'picture is', 'pictures are');
  return `About ${words} similar to another one by ${thresholdWords(threshold)} or more`;
}
