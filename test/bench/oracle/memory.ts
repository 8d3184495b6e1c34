/**
 * What a process takes, read from outside (Linux). Resident memory counts a mapped weight once for every session that
 * maps it, so peaks are of what is really held: the process's own (anonymous) pages at their highest, and its share of
 * mapped files (weights among them), each page once.
 */
import { readFileSync } from 'node:fs';

const POLL_MS = 20;
/** Ticks per second of the times in /proc (USER_HZ, the same on all Linux machines of today). */
const TICKS = 100;

/** Seconds of processor time so far, all threads. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // After the program's name, which may hold spaces: fields 3 and on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function kilobytes(pid: number, file: string, key: string): number {
  const found = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(
    readFileSync(`/proc/${pid}/${file}`, 'utf8'),
  )?.[1];
  if (found === undefined) throw new Error(`/proc/${pid}/${file} has no ${key}`);
  return Number(found);
}

/** Watches a process until the function it returns is called, which gives the peak in bytes. */
export function watchMemory(pid: number): () => number {
  let own = 0;
  const look = (): void => {
    own = Math.max(own, kilobytes(pid, 'status', 'RssAnon'));
  };
  look();
  const timer = setInterval(look, POLL_MS);
  return () => {
    clearInterval(timer);
    look();
    const files = kilobytes(pid, 'smaps_rollup', 'Pss') - kilobytes(pid, 'smaps_rollup', 'Pss_Anon');
    return 1024 * (own + files);
  };
}
