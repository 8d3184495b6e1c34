/** How many engine processes label a model faster than one does. */
import { availableMemory } from 'node:process';
import { availableParallelism } from 'node:os';
import type { ModelInfo } from './protocol.ts';

/** More are more processes than anybody wants to see; at a few ms a sample the store is what they wait for then. */
const MOST_ENGINES = 8;
/** Part of the free memory that the others may take. */
const SHARE = 0.25;
/** What a process takes before it has a model: Node, ONNX Runtime, pictures and activations of a small model. */
const PROCESS_BYTES = 400e6;
const FLOAT = 4;

/** What of the machine decides. */
export interface Room {
  readonly cores: number;
  /** Bytes; 0 or less: the system does not say. */
  readonly freeBytes: number;
}

/**
 * A small model computes on one thread, because waking a second one takes longer than its work; so each core gets a process.
 * A larger one has all cores in one process: each weight is read once for all samples in flight.
 * @returns at least 1
 */
export function enginesFor(
  { device, threads, parameters }: Pick<ModelInfo, 'device' | 'threads' | 'parameters'>,
  { cores, freeBytes }: Room = { cores: availableParallelism(), freeBytes: availableMemory() },
): number {
  if (device !== 'cpu' || threads !== 1) return 1;
  const others =
    freeBytes > 0 ? Math.floor((SHARE * freeBytes) / (PROCESS_BYTES + FLOAT * parameters)) : Infinity;
  return Math.max(1, Math.min(cores, MOST_ENGINES, 1 + others));
}
