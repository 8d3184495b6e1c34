/** What a process takes, read from outside (Linux): its largest resident memory, and its own (anonymous) part of it. */
import { readFileSync } from 'node:fs';

const POLL_MS = 50;

export interface Memory {
  /** Largest resident memory since the process began, mapped files and all (VmHWM), in bytes. */
  readonly peakBytes: number;
  /** Largest anonymous memory seen since the watch began: what the system cannot drop. */
  readonly ownPeakBytes: number;
}

function kilobytes(pid: number, key: string): number {
  const found = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? 0);
}

/** Watches a process until the function it returns is called. */
export function watchMemory(pid: number): () => Memory {
  let own = 0;
  const look = (): void => {
    own = Math.max(own, kilobytes(pid, 'RssAnon'));
  };
  look();
  const timer = setInterval(look, POLL_MS);
  return () => {
    clearInterval(timer);
    look();
    return { peakBytes: 1024 * kilobytes(pid, 'VmHWM'), ownPeakBytes: 1024 * own };
  };
}
