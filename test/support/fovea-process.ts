/** The `fovea` program as a process of its own, to be killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { FOVEA } from './program.ts';

export interface FoveaProcess {
  readonly child: ChildProcess;
  /** Everything it wrote to stderr so far. */
  said(): string;
  /** Everything it wrote to stdout so far. */
  wrote(): string;
  /** Resolves with its exit code (null: killed). */
  readonly ended: Promise<number | null>;
}

/** Which process it is, whether it lives, and all it said, for a test that failed. */
export function told({ child, said, wrote }: FoveaProcess): string {
  const { pid, exitCode, signalCode, spawnargs } = child;
  const end = signalCode ?? exitCode;
  const state = end === null ? 'lives' : `ended: ${end}`;
  return [`--- ${spawnargs.slice(3).join(' ')} (${pid}, ${state})`, said(), wrote()]
    .filter(Boolean)
    .join('\n');
}

export function startFovea(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): FoveaProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', FOVEA, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stderr = '';
  let stdout = '';
  child.stderr!.on('data', (part: Buffer) => (stderr += String(part)));
  child.stdout!.on('data', (part: Buffer) => (stdout += String(part)));
  return {
    child,
    said: () => stderr,
    wrote: () => stdout,
    ended: once(child, 'close').then(([code]) => code as number | null),
  };
}
