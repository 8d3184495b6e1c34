/** What Linux knows about a process: what a test can see of leaks without asking the process itself. */
import { readFileSync, readdirSync } from 'node:fs';

export interface ProcessFacts {
  /** Bytes that are its own: not those of mapped files. */
  readonly anonymousBytes: number;
  /** Ranges of weight files in its memory. */
  readonly mappedWeights: number;
  readonly openFiles: number;
  readonly threads: number;
  readonly children: number;
}

export function processFacts(pid: number): ProcessFacts {
  const proc = (name: string): string => readFileSync(`/proc/${pid}/${name}`, 'utf8');
  const lines = (name: string): string[] => proc(name).split('\n');
  return {
    anonymousBytes: 1024 * Number(/^Anonymous:\s+(\d+)/m.exec(proc('smaps_rollup'))?.[1]),
    mappedWeights: lines('maps').filter((line) => line.endsWith('.safetensors')).length,
    openFiles: readdirSync(`/proc/${pid}/fd`).length,
    threads: readdirSync(`/proc/${pid}/task`).length,
    children: proc(`task/${pid}/children`).split(' ').filter(Boolean).length,
  };
}
