/**
 * Which process holds a lease, and whether it still lives. Process numbers are reused and mean nothing in another
 * container or after a reboot, so they are compared together with the boot, the process namespace and the start time.
 */
import { isRunning, machine, startOf } from '../../files/this-process.ts';
import type { ProcessId } from '../../store/jobs/job.ts';

/** How often a holder shows that it lives. */
export const HEARTBEAT_MS = 2_000;
/** A holder silent for so long has lost its lease, wherever it ran. */
export const STALE_MS = 30_000;

/** This process. */
export function thisProcess(): ProcessId {
  return { machine: machine(), pid: process.pid, started: startOf(process.pid) ?? 'unknown' };
}

/**
 * Whether the holder may still be at work: on this machine the process itself is asked; elsewhere only its heartbeat
 * can tell. One that lives but fell silent (`STALE_MS`) no longer counts either; its writes are refused.
 */
export function isAlive(holder: ProcessId & { readonly heartbeatMs: number }, now = Date.now()): boolean {
  if (now - holder.heartbeatMs > STALE_MS) return false;
  if (holder.machine !== machine()) return true;
  if (!isRunning(holder.pid)) return false;
  const started = startOf(holder.pid);
  return started === null || started === holder.started;
}
