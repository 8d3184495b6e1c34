/**
 * How far a client may run ahead of its own reading. What it does not read waits in this process's memory: with more than
 * {@link PaceLimits.high} waiting no further call of it is begun, and one that lets {@link PaceLimits.most} come together,
 * or takes nothing for {@link PaceLimits.stalledMs}, is cut off. A page comes back by itself and asks for what it shows.
 */
import type { Channel } from '../../../src-shared/rpc/channel.ts';

export interface PaceLimits {
  /** Bytes waiting from which on no call is begun. */
  readonly high: number;
  /** Bytes waiting, of answers or of calls, from which on the connection is ended. */
  readonly most: number;
  /** So long above `high` with nothing taken ends it, too. */
  readonly stalledMs: number;
  /** Calls of one client that are answered at the same time. */
  readonly calls: number;
  /** Calls that wait for one of those to end; one more ends the connection. */
  readonly queued: number;
}

export const PACE: PaceLimits = {
  high: 16 << 20,
  most: 64 << 20,
  stalledMs: 30_000,
  calls: 256,
  queued: 10_000,
};

const LOOK_MS = 100;

export interface Pace {
  /** Begins a call now or once there is room. @param bytes what it takes while it waits */
  begin(bytes: number, call: () => Promise<void>): void;
  /** After every frame that was sent. */
  sent(): void;
  stop(): void;
}

/** @param cutOff ends the connection, with the reason in a few words */
export function keepPace(channel: Channel, limits: PaceLimits, cutOff: (reason: string) => void): Pace {
  const waiting: { readonly bytes: number; readonly call: () => Promise<void> }[] = [];
  let waitingBytes = 0;
  let running = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  /** The least that was waiting since it last grew less, and when that was. */
  let least = Infinity;
  let leastAt = 0;

  const stop = (): void => {
    stopped = true;
    waiting.length = 0;
    if (timer) clearTimeout(timer);
  };
  const end = (reason: string): void => {
    stop();
    cutOff(reason);
  };
  const pump = (): void => {
    while (!stopped && running < limits.calls && channel.buffered() <= limits.high) {
      const next = waiting.shift();
      if (!next) return;
      waitingBytes -= next.bytes;
      running++;
      void next.call().finally(() => {
        running--;
        pump();
      });
    }
  };
  /** Looks again while more than `high` waits: sockets do not tell when they have room. */
  const watch = (): void => {
    timer = null;
    if (stopped) return;
    const now = Date.now();
    const bytes = channel.buffered();
    if (bytes <= limits.high) {
      least = Infinity;
      pump();
      return;
    }
    if (bytes < least) {
      least = bytes;
      leastAt = now;
    }
    if (now - leastAt > limits.stalledMs) end('nothing that was answered is being read');
    else timer = setTimeout(watch, LOOK_MS).unref();
  };

  return {
    begin(bytes, call) {
      if (stopped) return;
      waitingBytes += bytes;
      if (waiting.length >= limits.queued || waitingBytes > limits.most) {
        return end('more is asked than can be answered');
      }
      waiting.push({ bytes, call });
      pump();
      // Nothing runs whose end would look at the queue again.
      if (waiting.length > 0 && timer === null) watch();
    },
    sent() {
      if (stopped) return;
      const bytes = channel.buffered();
      if (bytes > limits.most) end('answers are read too slowly');
      else if (bytes > limits.high && timer === null) watch();
    },
    stop,
  };
}
