/** At most one call per interval, the latest value last: for events that would otherwise flood a connection. */
export interface Throttle<T> {
  /** `now`: send it at once (an end state). */
  push(value: T, now?: boolean): void;
  /** Drops what is waiting. */
  stop(): void;
}

export function throttle<T>(intervalMs: number, send: (value: T) => void): Throttle<T> {
  let waiting: { readonly value: T } | null = null;
  let timer: NodeJS.Timeout | null = null;
  const fire = (): void => {
    timer = null;
    if (!waiting) return;
    const { value } = waiting;
    waiting = null;
    timer = setTimeout(fire, intervalMs);
    send(value);
  };
  return {
    push(value, now = false) {
      waiting = { value };
      if (now && timer) {
        clearTimeout(timer);
        timer = null;
      }
      if (!timer) fire();
    },
    stop() {
      if (timer) clearTimeout(timer);
      timer = null;
      waiting = null;
    },
  };
}
