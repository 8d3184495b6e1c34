/** The curve of a run as it grows: what the main side told is laid over what is known. */
import type { RpnMeasure, TrainingPoint } from '../../src-shared/contract/training.ts';

/** `known` with `told` behind it; steps that are told once more were taken back by a death. Null: steps in between are missing. */
export function grown(
  known: readonly TrainingPoint[],
  told: readonly TrainingPoint[],
): readonly TrainingPoint[] | null {
  const [first] = told;
  if (!first) return known;
  const last = known.at(-1)?.step ?? -1;
  if (first.step > last + 1) return null;
  return [...(first.step > last ? known : known.filter(({ step }) => step < first.step)), ...told];
}

/** A place of a plot: step and value. */
export type Place = readonly [step: number, value: number];

export function lossPlaces(points: readonly TrainingPoint[]): Place[] {
  return points.flatMap(({ step, loss }): Place[] => (loss === null ? [] : [[step, loss]]));
}

/** One number of the looks at held-out samples. */
export function lookPlaces(
  points: readonly TrainingPoint[],
  name: Exclude<keyof RpnMeasure, 'samples'>,
): Place[] {
  return points.flatMap(({ step, heldOut }): Place[] => {
    const value = heldOut?.[name];
    return typeof value === 'number' ? [[step, value]] : [];
  });
}

/** Means over windows of `size` places in a row, each at its window's last step: single batches jump. */
export function smoothed(places: readonly Place[], size: number): Place[] {
  let sum = 0;
  return places.map(([step, value], i) => {
    sum += value;
    if (i >= size) sum -= places[i - size]![1];
    return [step, sum / Math.min(size, i + 1)];
  });
}

/** At most about `most` places: of each stretch the lowest and the highest, so that no peak is lost. */
export function thinned(places: readonly Place[], most: number): readonly Place[] {
  if (places.length <= most) return places;
  const size = Math.ceil((2 * places.length) / most);
  const kept: Place[] = [];
  for (let at = 0; at < places.length; at += size) {
    const part = places.slice(at, at + size);
    const low = part.reduce((a, b) => (b[1] < a[1] ? b : a));
    const high = part.reduce((a, b) => (b[1] > a[1] ? b : a));
    kept.push(...(low === high ? [low] : [low, high].sort((a, b) => a[0] - b[0])));
  }
  return kept;
}
