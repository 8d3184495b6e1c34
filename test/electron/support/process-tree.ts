/** The processes below one, as Linux tells of them. */
import { readdirSync, readFileSync } from 'node:fs';

export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  /** Its program and arguments, with spaces between. */
  readonly command: string;
}

/** All below `pid`, in no order; those that ended meanwhile are left out. */
export function descendants(pid: number): RunningProcess[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => look(Number(name)) ?? []);
  const found = new Set([pid]);
  for (let before = 0; before !== found.size;) {
    before = found.size;
    for (const one of all) if (found.has(one.parent)) found.add(one.pid);
  }
  return all.filter((one) => one.pid !== pid && found.has(one.pid));
}

/** A line of `/proc/PID/status`, e.g. `Seccomp`. */
export function statusOf(pid: number, field: string): string {
  const line = new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return line?.[1] ?? '';
}

function look(pid: number): RunningProcess | null {
  try {
    if (statusOf(pid, 'State').startsWith('Z')) return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, parent: Number(statusOf(pid, 'PPid')), command };
  } catch {
    return null;
  }
}
