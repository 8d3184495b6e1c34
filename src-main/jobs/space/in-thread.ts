/** Counts what a project takes, and frees room, in a thread of its own: a project has files by the hundred thousand. */
import { Worker } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Cleanable, Space } from '../../../src-shared/contract/procedures.ts';
import { threadEntry } from '../../files/thread-entry.ts';
import type { Project } from '../../store/file/project.ts';
import type { Budgets } from './space.ts';
import { fromSpaceThreadSchema, type SpaceTask } from './wire.ts';

const ENTRY = threadEntry('space-thread', new URL('./thread.ts', import.meta.url));

/**
 * Cleans these parts (none: nothing is deleted), then counts.
 * @throws FoveaError the project's reason where it is read-only and something is to be cleaned, `cancelled` by the signal, what the
 *   project's files say
 */
export function spaceInThread(
  project: Project,
  clean: readonly Cleanable[],
  budgets: Budgets,
  signal?: AbortSignal,
): Promise<{ readonly freed: number; readonly space: Space }> {
  if (clean.length > 0 && project.readOnly) throw project.readOnly;
  const task: SpaceTask = { projectPath: project.path, clean: [...clean], budgets };
  const thread = new Worker(ENTRY, { workerData: task });
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      void thread.terminate();
      reject(new FoveaError('cancelled', 'counting was stopped'));
    };
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
    thread.on('message', (raw) => {
      const message = fromSpaceThreadSchema.parse(raw);
      if (message.type === 'failed') reject(FoveaError.fromWire(message.error));
      else resolve({ freed: message.freed, space: message.space });
    });
    thread.on('error', (error) => reject(FoveaError.from(error)));
    thread.on('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      reject(new FoveaError('internal', `the thread ended early (${code})`, { next: 'Try it again' }));
    });
  });
}
