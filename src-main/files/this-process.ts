/**
 * Which process this is. Process numbers are reused and mean nothing in another container or after a reboot, so they go
 * together with the boot, the process namespace and the start time.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** The machine as it runs now: its name, its boot and the process namespace. */
export function machine(): string {
  const boot = tryRead(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const namespace = tryRead(() => readlinkSync('/proc/self/ns/pid'));
  return [hostname(), boot, namespace].filter((part) => part !== null).join(' ');
}

/** Start time in clock ticks since boot (field 22 of /proc/PID/stat), or null where the system does not say. */
export function startOf(pid: number): string | null {
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The second field is a name in brackets that may hold spaces; fields are counted after it.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

/** Whether a process of this machine runs; one that may not be asked does. What is no process's number runs nowhere. */
export function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function tryRead(body: () => string): string | null {
  try {
    return body();
  } catch {
    return null;
  }
}
