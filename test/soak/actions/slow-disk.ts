/** A disk that is slow for a while: another process holds the project's write lock, as a backup or a virus scan would. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { transact } from '../../../src-main/store/db.ts';
import { openProject } from '../../../src-main/store/file/project.ts';

/** Holds the lock from when this resolves; the given promise resolves when it is free again. */
export async function slowDisk(project: string, ms: number): Promise<{ over: Promise<unknown> }> {
  const child = fork(fileURLToPath(import.meta.url), [project, String(ms)]);
  const over = once(child, 'exit');
  await Promise.race([once(child, 'message'), over]);
  return { over };
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , path, ms] = process.argv;
  const project = openProject(path);
  transact(project.db, () => {
    process.send!('held');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
  });
  project.close();
  process.disconnect();
}
