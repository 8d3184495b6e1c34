/** Bytes per second over the recent past, and when the rest will be there. */

const WINDOW_MS = 8_000;
const SAMPLE_MS = 200;

export interface Pace {
  /** Notes where the work is. `now`: milliseconds of one clock. */
  at(bytes: number, now: number): void;
  /** Null before there is anything to tell. */
  rate(): number | null;
}

/** What lay on the disk before the first note does not count. */
export function paceMeter(): Pace {
  const samples: { readonly bytes: number; readonly now: number }[] = [];
  return {
    at(bytes, now) {
      const last = samples.at(-1);
      // Starting a file over takes bytes back.
      if (last && bytes < last.bytes) samples.length = 0;
      if (last && samples.length > 1 && now - samples.at(-2)!.now < SAMPLE_MS) samples.pop();
      samples.push({ bytes, now });
      while (samples.length > 2 && samples[0]!.now < now - WINDOW_MS) samples.shift();
    },
    rate() {
      const [first, last] = [samples[0], samples.at(-1)];
      if (!first || !last || last.now <= first.now || last.bytes <= first.bytes) return null;
      return ((last.bytes - first.bytes) * 1000) / (last.now - first.now);
    },
  };
}
