/** Where the lines of a plot lie, in pixels from its top left. */
import type { Place } from './curve.ts';

export interface Line {
  readonly places: readonly Place[];
  /** How it is drawn; see TrainPlot. */
  readonly look: 'faint' | 'main' | 'dots' | 'other';
  readonly words: string;
}

/** A value that holds for every step. */
export interface Level {
  readonly value: number;
  readonly words: string;
}

export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** Differences below this are nobody's concern, and as many digits would not fit beside the axis. */
const LEAST_SPAN = 0.001;

/** Steps of 1, 2 or 5 times a power of ten, three to five of them, with all values inside. */
export function axisOf(values: readonly number[]): Axis {
  const found = values.filter(Number.isFinite);
  let [low, high] = [Math.min(...found), Math.max(...found)];
  if (found.length === 0) [low, high] = [0, 1];
  if (high - low < LEAST_SPAN) {
    // What is never below 0 or above 1 is not drawn as if it could be.
    const below = Math.max(low >= 0 ? 0 : -Infinity, (low + high - LEAST_SPAN) / 2);
    const from = high <= 1 ? Math.min(below, 1 - LEAST_SPAN) : below;
    [low, high] = [Math.min(low, from), Math.max(high, from + LEAST_SPAN)];
  }
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 5, 10].find((times) => times * power >= rough)! * power;
  const first = Math.floor(low / size + 1e-9);
  const last = Math.ceil(high / size - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, n) =>
    Number(((first + n) * size).toPrecision(12)),
  );
  return { low: ticks[0]!, high: ticks.at(-1)!, ticks };
}

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Steps from the left to the right side. */
  readonly steps: number;
  readonly axis: Axis;
}

export function xOf({ left, right, steps }: Frame, step: number): number {
  return left + ((right - left) * step) / Math.max(1, steps);
}

export function yOf({ top, bottom, axis }: Frame, value: number): number {
  return bottom - ((bottom - top) * (value - axis.low)) / (axis.high - axis.low);
}

/** For a polyline: "x,y x,y". */
export function pathOf(frame: Frame, places: readonly Place[]): string {
  return places
    .map(([step, value]) => `${xOf(frame, step).toFixed(1)},${yOf(frame, value).toFixed(1)}`)
    .join(' ');
}

/** As many digits as the ticks of an axis need to differ. */
export function tickWords({ ticks }: Axis): string[] {
  const size = ticks.length > 1 ? ticks[1]! - ticks[0]! : 1;
  const digits = Math.min(6, Math.max(0, -Math.floor(Math.log10(size) + 1e-9)));
  return ticks.map((tick) => tick.toFixed(digits));
}

/** What a plot shows, for who cannot see it. */
export function plotWords(title: string, lines: readonly Line[], level: Level | null): string {
  const said = lines
    .filter(({ look, places }) => look !== 'faint' && places.length > 0)
    .map(({ words, places }) => {
      const [first, last] = [places[0]!, places.at(-1)!];
      const from = first === last ? '' : `${valueWords(first[1])} to `;
      return `${words} ${from}${valueWords(last[1])} at step ${last[0]}`;
    });
  if (said.length === 0) return `${title}: nothing measured yet`;
  return `${title}: ${[...said, ...(level ? [`${level.words} ${valueWords(level.value)}`] : [])].join('; ')}`;
}

export function valueWords(value: number | null | undefined): string {
  if (typeof value !== 'number') return '–';
  return Math.abs(value) >= 0.001 || value === 0 ? value.toFixed(4) : value.toExponential(2);
}
