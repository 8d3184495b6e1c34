/** Child processes of a test: what they said when something goes wrong, and a sure end. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Keeps what a process writes, for error messages. */
export function recordOutput(child: ChildProcess): () => string {
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  }
  return () => chunks.join('');
}

/** Asks a process to end and waits; after ten seconds it is made to. @returns its exit code, null when killed */
export async function endProcess(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(force);
  return child.exitCode;
}

/** Whether a process lives. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
