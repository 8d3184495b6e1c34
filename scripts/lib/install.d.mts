import type { SpawnOptions } from 'node:child_process';

/** Runs npm: the same npm that runs us, or the one on the PATH. */
export declare function runNpm(
  args: string[],
  options: SpawnOptions,
  onStart?: (pid: number) => void,
): Promise<{ readonly code: number | null; readonly signal: string | null }>;
