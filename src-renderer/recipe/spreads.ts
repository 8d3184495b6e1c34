/**
 * How what a threshold cuts is distributed, on the positions of its dial: tokens of the sample on screen, or samples of the run. What is
 * on the side of the threshold that the dial's hint speaks of is told apart.
 */
import { counted, formatCount } from '../ui/words.ts';
import { positionOf, STEPS, type Dial, type DialKey } from './recipe.ts';

/** Bars under a dial: wide enough to be seen on the smallest one. */
export const BARS = 40;

export interface Spread {
  /** How many values lie at each fortieth of the dial, from its lower end. */
  readonly bars: readonly number[];
  /** What the threshold lets through, in shares of the dial. */
  readonly range: readonly [number, number];
  /** All of it in words. */
  readonly words: string;
}

/** What the values are, and on which side of the threshold they count. */
interface Cut {
  readonly of: 'token' | 'sample';
  /** Told after the number of what passes. */
  readonly passes: string;
  readonly side: 'above' | 'below';
  /** Whether one that is exactly there passes. */
  readonly inclusive: boolean;
}

const CUTS: Readonly<Record<DialKey, Cut>> = {
  sinkThresh: { of: 'token', passes: 'removed as sinks', side: 'above', inclusive: true },
  binaryCoff: { of: 'token', passes: 'above it', side: 'above', inclusive: false },
  bgCoff: { of: 'token', passes: 'below it', side: 'below', inclusive: false },
  maxRatioLimit: { of: 'sample', passes: 'below it and kept', side: 'below', inclusive: false },
  minMax: { of: 'sample', passes: 'at least that and kept', side: 'above', inclusive: true },
  roi: { of: 'token', passes: 'above it', side: 'above', inclusive: false },
};

/** What each dial's values are, said once in its tip. */
export const QUANTITIES: Readonly<Record<DialKey, string>> = {
  sinkThresh: 'attention of this sample’s tokens in the sink map',
  binaryCoff: 'this sample’s tokens by their share of the denoised maximum',
  bgCoff: 'this sample’s tokens by their share of the denoised maximum',
  maxRatioLimit: 'share of the grid that the foreground’s box covers, over the run',
  minMax: 'strongest attention of each sample, over the run',
  roi: 'this sample’s tokens after blurring',
};

/**
 * The spread of `values` under a dial that stands at `value`. Null without values.
 * @param all how many there are of which these are a part; absent: these are all
 */
export function spreadOf(
  dial: Dial,
  value: number,
  values: ArrayLike<number> | null,
  all = values?.length ?? 0,
): Spread | null {
  if (!values || values.length === 0) return null;
  const cut = CUTS[dial.key];
  const bars = new Array<number>(BARS).fill(0);
  let passing = 0;
  for (let i = 0; i < values.length; i++) {
    const one = values[i]!;
    bars[Math.min(BARS - 1, Math.floor((positionOf(dial, one) / STEPS) * BARS))]!++;
    if (one === value ? cut.inclusive : one > value === (cut.side === 'above')) passing++;
  }
  const at = positionOf(dial, value) / STEPS;
  const what =
    all > values.length
      ? `${formatCount(values.length)} of ${counted(all, cut.of)}, evenly over the run`
      : counted(values.length, cut.of);
  return {
    bars,
    range: cut.side === 'above' ? [at, 1] : [0, at],
    words: `${what}, ${formatCount(passing)} ${cut.passes}`,
  };
}

/** A dial's tip with what stands behind it. The height of bars is the root of what they count, so that few are seen beside many. */
export function tipWith(hint: string, key: DialKey, spread: Spread | null): string {
  if (!spread) return hint;
  return `${hint}\nBehind it: ${QUANTITIES[key]} (heights are square roots). ${spread.words}`;
}
