/**
 * Being asked to stop: Ctrl-C, a termination signal, or the script that started us going away (its IPC channel closes).
 * The first asks politely; one more, later than an echo of the first, ends the process at once.
 */

/** A terminal's Ctrl-C reaches us directly and again through the script that started us. */
const ECHO_MS = 1_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** An abort signal for this process's life. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  let firstAt = 0;
  const ask = (): void => {
    if (!stop.signal.aborted) {
      firstAt = Date.now();
      stop.abort();
    } else if (Date.now() - firstAt > ECHO_MS) {
      process.exit(1);
    }
  };
  for (const signal of SIGNALS) process.on(signal, ask);
  process.once('disconnect', ask);
  // Listening must not keep a finished command alive.
  process.channel?.unref();
  return stop.signal;
}
