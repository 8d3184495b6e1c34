/**
 * Looks at many files in a thread of its own, which waits for the disk in place of everybody else. One that gives no sign
 * for long hangs on a share: it is left to itself, for nothing can take a thread away from a call that does not return.
 */
import { Worker } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ImportReport, PictureCheck, RelinkPlan } from '../../../src-shared/contract/procedures.ts';
import { threadEntry } from '../../files/thread-entry.ts';
import type { Project } from '../../store/file/project.ts';
import type { PackedFingerprints } from './fingerprints.ts';
import { type FromPictureThread, fromPictureThreadSchema, type PictureTask } from './thread-wire.ts';

const ENTRY = threadEntry('picture-thread', new URL('./thread.ts', import.meta.url));

/** Rows of pictures are many and short-lived. */
const RESOURCES = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 512 };
const LOOK_MS = 5000;
/** A thread that was asked to stop and gives no sign for so long hangs on a share. */
const GRACE_MS = 3000;
/** Until its first sign it has its code to read, too. */
const START_MS = 15_000;
/** A megabyte from the slowest disk takes less. */
const LOOKS_WITHOUT_A_SIGN = 6;

export interface InThreadHooks {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** As `checkPictures`. Throws `cancelled` by the signal, `io` when the disk does not answer. */
export async function checkInThread(
  project: Project,
  fingerprint: boolean,
  hooks: InThreadHooks = {},
): Promise<PictureCheck> {
  const last = await run({ action: 'check', projectPath: project.path, fingerprint }, hooks);
  if (last.type === 'checked') return last.report;
  throw unexpected(last);
}

/** As `planRelink`; errors as {@link checkInThread}. */
export async function planInThread(
  project: Project,
  from: string,
  to: string,
  hooks: InThreadHooks = {},
): Promise<RelinkPlan> {
  const last = await run({ action: 'plan', projectPath: project.path, from, to }, hooks);
  if (last.type === 'planned') return last.plan;
  throw unexpected(last);
}

/** As `findCopies`; errors as {@link checkInThread}. */
export async function copyInThread(
  project: Project,
  importId: number,
  taken: PackedFingerprints,
  hooks: InThreadHooks = {},
): Promise<NonNullable<ImportReport['copies']>> {
  const last = await run({ action: 'copies', projectPath: project.path, importId, taken }, hooks);
  if (last.type === 'compared') return last.copies;
  throw unexpected(last);
}

type Task<T> = T extends unknown ? Omit<T, 'shared'> : never;

function run(task: Task<PictureTask>, { signal, onProgress }: InThreadHooks): Promise<FromPictureThread> {
  const shared = new SharedArrayBuffer(8);
  const numbers = new Int32Array(shared);
  const thread = new Worker(ENTRY, {
    workerData: { ...task, shared } satisfies PictureTask,
    resourceLimits: RESOURCES,
  });
  let without = 0;
  let seen = 0;
  return new Promise<FromPictureThread>((resolve, reject) => {
    let grace: NodeJS.Timeout | undefined;
    const cancelled = (): void =>
      reject(new FoveaError('cancelled', 'looking at the pictures was stopped', { next: 'Start it again' }));
    // The project may be opened anew as soon as this is told, so the thread's connection has to be closed before.
    const stop = (): void => {
      Atomics.store(numbers, 0, 1);
      waitWhileSigned(Atomics.load(numbers, 1));
    };
    const waitWhileSigned = (before: number): void => {
      grace = setTimeout(
        () => {
          const now = Atomics.load(numbers, 1);
          if (now === before) cancelled();
          else waitWhileSigned(now);
        },
        before === 0 ? START_MS : GRACE_MS,
      );
    };
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
    const clock = setInterval(() => {
      const now = Atomics.load(numbers, 1);
      without = now === seen ? without + 1 : 0;
      seen = now;
      if (without < LOOKS_WITHOUT_A_SIGN) return;
      Atomics.store(numbers, 0, 1);
      thread.unref();
      reject(
        new FoveaError('io', "the pictures' disk does not answer", {
          where: task.action === 'plan' ? task.to : task.projectPath,
          next: 'Check the disk or network share; the pictures are looked at again later',
        }),
      );
    }, LOOK_MS);
    clock.unref();
    const end = (): void => {
      clearInterval(clock);
      clearTimeout(grace);
      signal?.removeEventListener('abort', stop);
    };
    thread.on('message', (raw) => {
      const message = fromPictureThreadSchema.parse(raw);
      if (message.type === 'progress') onProgress?.(message.done, message.total);
      else if (signal?.aborted) cancelled();
      else if (message.type === 'failed') reject(FoveaError.fromWire(message.error));
      else resolve(message);
    });
    thread.on('error', (error) => reject(FoveaError.from(error)));
    thread.on('exit', (code) => {
      end();
      if (signal?.aborted) cancelled();
      reject(new FoveaError('internal', `the thread ended early (${code})`, { next: 'Try it again' }));
    });
  });
}

function unexpected({ type }: FromPictureThread): FoveaError {
  return new FoveaError('internal', `the thread answered ${type}`);
}
