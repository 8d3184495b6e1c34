/** Items per second over the recent past: long enough to be steady, short enough to follow a change. */

const WINDOW_MS = 15_000;

export interface RateMeter {
  /** Notes that one more item is finished. */
  tick(nowMs: number): void;
  /** Items per second, null before the first item. */
  perSecond(nowMs: number): number | null;
}

/** `startMs`: when work began, on the clock of the later calls. */
export function rateMeter(startMs: number): RateMeter {
  const ticks: number[] = [];
  return {
    tick(nowMs) {
      ticks.push(nowMs);
      while (ticks.length > 1 && ticks[0] < nowMs - WINDOW_MS) ticks.shift();
    },
    perSecond(nowMs) {
      if (ticks.length === 0) return null;
      const since = Math.max(startMs, nowMs - WINDOW_MS);
      const recent = ticks.filter((tick) => tick >= since).length;
      return nowMs > since ? (recent * 1000) / (nowMs - since) : null;
    },
  };
}
