/** A denoised map that is the raw one once more: said in words, with the reason, and only where every value is equal. */
import type { PlacedValues } from '../canvas/map-values.ts';

/** What a recipe takes out of the raw map. */
export interface Denoising {
  /** Whether it names sink heads. */
  readonly sinks: boolean;
  readonly sinkThresh: number;
}

/** Null where they differ, or one is not there. `sink`: the map at the sink heads, where the run stored one. */
export function sameAsRaw(
  raw: PlacedValues | null,
  denoised: PlacedValues | null,
  sink: PlacedValues | null,
  { sinks, sinkThresh }: Denoising,
): string | null {
  if (!raw || !denoised || !equal(raw, denoised)) return null;
  if (!sinks) return 'Same as raw: this preset has no sink heads';
  if (sink?.range && sink.range.max < sinkThresh) {
    return 'Same as raw: no token reaches the sink threshold';
  }
  return 'Same as raw: there was nothing to remove';
}

function equal(a: PlacedValues, b: PlacedValues): boolean {
  if (a === b) return true;
  const sameGrid = a.grid[0] === b.grid[0] && a.grid[1] === b.grid[1];
  return (
    sameGrid &&
    a.values.length === b.values.length &&
    a.values.every((value, i) => value === b.values[i] || (Number.isNaN(value) && Number.isNaN(b.values[i])))
  );
}
