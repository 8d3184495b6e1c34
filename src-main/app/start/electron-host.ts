/** Runs Electron and tells a person closing it from Electron failing to start. */
import { spawn } from 'node:child_process';
import { inApp } from '../app-root.ts';

/** An end this soon, with an error, is a failure to start; the browser takes over. */
const START_MS = 10_000;

export type ElectronEnd =
  { readonly kind: 'closed'; readonly code: number } | { readonly kind: 'failed'; readonly why: string };

/** Runs until Electron ends or `signal` stops it. */
/** @param asked whether the person named the project: an instance that runs already opens it then */
export function runElectron(
  program: string,
  projectPath: string,
  asked: boolean,
  signal: AbortSignal,
): Promise<ElectronEnd> {
  return new Promise((resolve) => {
    const startedAt = Date.now();
    const args = [inApp('.'), `--project=${projectPath}`, ...(asked ? ['--asked'] : [])];
    const child = spawn(program, args, { stdio: 'inherit' });
    const stop = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    child.once('error', (error) =>
      resolve({ kind: 'failed', why: `Electron did not start (${error.message})` }),
    );
    child.once('exit', (code, killedBy) => {
      signal.removeEventListener('abort', stop);
      const early = Date.now() - startedAt < START_MS && code !== 0 && !signal.aborted;
      if (early)
        resolve({ kind: 'failed', why: `Electron did not start (${killedBy ?? `exit code ${code}`})` });
      else resolve({ kind: 'closed', code: signal.aborted ? 0 : (code ?? 1) });
    });
  });
}
