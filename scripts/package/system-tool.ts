/** Runs a program of the system that a kind of package is made by. */
import { spawnSync } from 'node:child_process';

/** @throws Error with its words when it is not there or fails */
export function runTool(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): void {
  const { error, status, stderr } = spawnSync(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (error) throw new Error(`${program} cannot be run here (${error.message})`, { cause: error });
  if (status !== 0) throw new Error(`${program} failed: ${stderr.trim()}`);
}
