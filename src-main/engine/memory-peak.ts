/**
 * How much more memory of its own the process held at most while it did something, as Linux counts: the peak of its resident set, which
 * is begun anew (`clear_refs`), without the mapped files that are resident by the end (weights lie in them, and whoever reads them first
 * would be charged). Elsewhere, and where /proc does not let itself be asked, nobody says.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** What begins the peak anew. */
const PEAK = '5';

/** Begins to watch. @returns what says, once, how many bytes more it was at most since then; null: nobody knows */
export function watchMemory(): () => number | null {
  const before = begun();
  return () => {
    const after = before === null ? null : standing();
    if (before === null || after === null) return null;
    const own = Math.max(after.own, after.peak - after.mapped);
    return Math.max(0, own - before.own);
  };
}

interface Standing {
  /** Bytes of the process's own pages, of pages of files and shared memory, and of all at their peak. */
  readonly own: number;
  readonly mapped: number;
  readonly peak: number;
}

function begun(): Standing | null {
  if (process.platform !== 'linux') return null;
  try {
    writeFileSync('/proc/self/clear_refs', PEAK);
  } catch {
    return null;
  }
  return standing();
}

function standing(): Standing | null {
  try {
    return standingOf(readFileSync('/proc/self/status', 'utf8'));
  } catch {
    return null;
  }
}

/** Of the text of /proc/self/status; null: it does not say. */
export function standingOf(status: string): Standing | null {
  const bytes = (name: string): number => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return found === undefined ? Number.NaN : 1024 * Number(found);
  };
  const found = { own: bytes('RssAnon'), mapped: bytes('RssFile') + bytes('RssShmem'), peak: bytes('VmHWM') };
  return Object.values(found).every(Number.isFinite) ? found : null;
}
