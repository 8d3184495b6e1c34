/** A small histogram of shares from 0 to 1: how high its bars are, which of them a range takes in, and all of it in words. */
import { percent, samplesWords } from '../words.ts';

/** Less than this of the highest bar cannot be seen. */
const LEAST_HEIGHT = 0.08;

/** Heights of the bars, 0 to 1 of the highest; what is there at all can be seen. */
export function barHeights(bars: readonly number[], scale: 'linear' | 'root' = 'linear'): number[] {
  const highest = Math.max(1, ...bars);
  const of = (share: number): number => (scale === 'root' ? Math.sqrt(share) : share);
  return bars.map((samples) => (samples === 0 ? 0 : Math.max(LEAST_HEIGHT, of(samples / highest))));
}

/** Whether more than the edge of bar `at` of `count` lies in a range. */
export function isInRange(at: number, count: number, range: readonly [number, number] | undefined): boolean {
  if (!range) return true;
  const [low, high] = [at / count, (at + 1) / count];
  return range[0] < high && range[1] > low;
}

/** `118 samples, from 0% to 40%, half of them below 12.5%`: where they lie, to the width of a bar. */
export function histogramWords(bars: readonly number[]): string {
  const all = bars.reduce((sum, samples) => sum + samples, 0);
  if (all === 0) return 'No sample has this number';
  const first = bars.findIndex((samples) => samples > 0);
  const last = bars.findLastIndex((samples) => samples > 0);
  const edge = (at: number): string => percent(at / bars.length);
  let below = 0;
  const middle = bars.findIndex((samples) => (below += samples) * 2 >= all);
  return `${samplesWords(all)}, from ${edge(first)} to ${edge(last + 1)}, half of them below ${edge(middle + 1)}`;
}
