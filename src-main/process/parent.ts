/** No orphan: a process that computes for another ends when that one is gone, also while its own thread is blocked. */
import { Worker as Thread } from 'node:worker_threads';

/**
 * Polls the parent from a thread of its own; once it is gone (the process has been handed to another) this one is killed.
 * @param everyMs how often
 */
export function watchParent(everyMs: number): void {
  const code = `
    setInterval(() => {
      if (process.ppid !== ${process.ppid}) process.kill(process.pid, 'SIGKILL');
    }, ${everyMs});
  `;
  const thread = new Thread(code, { eval: true, stdout: true, stderr: true });
  thread.on('error', () => {});
  thread.unref();
}
