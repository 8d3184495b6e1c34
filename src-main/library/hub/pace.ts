/** Bytes per second over the recent past. Only what comes over the network counts, not what lay on the disk before. */

const WINDOW_MS = 8_000;
const SAMPLE_MS = 200;

export interface Pace {
  /** Notes what has come. `now`: milliseconds of one clock. */
  add(bytes: number, now: number): void;
  /** Null before there is anything to tell. */
  rate(): number | null;
}

/** `startMs`: when waiting began, on the clock of the later calls. */
export function paceMeter(startMs: number): Pace {
  let total = 0;
  const samples: { readonly bytes: number; readonly now: number }[] = [{ bytes: 0, now: startMs }];
  return {
    add(bytes, now) {
      total += bytes;
      if (samples.length > 1 && now - samples.at(-2)!.now < SAMPLE_MS) samples.pop();
      samples.push({ bytes: total, now });
      while (samples.length > 2 && samples[0]!.now < now - WINDOW_MS) samples.shift();
    },
    rate() {
      const [first, last] = [samples[0], samples.at(-1)];
      if (!first || !last || last.now <= first.now || last.bytes <= first.bytes) return null;
      return ((last.bytes - first.bytes) * 1000) / (last.now - first.now);
    },
  };
}
