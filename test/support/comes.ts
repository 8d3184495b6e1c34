/** Waiting for what must come, in tests of several processes: a wait that is in vain fails with which it was and what all said. */
import { setTimeout as delay } from 'node:timers/promises';

const STEP_MS = 1_000;
/** Several times what anything of these tests takes on a machine that is busy with others. */
const STEPS = 120;
/** Between two looks. */
const LOOK_MS = 20;

export interface Wait {
  /** What is waited for, for the error: "the second host's end". */
  readonly what: string;
  /** What the processes said so far, for the error. */
  readonly said?: () => string;
}

/**
 * What `awaited` comes to. It is given up after two minutes that this process slept: one that stands still does not count.
 * @throws Error that names the wait, and what `awaited` throws
 */
export async function comes<T>(awaited: Promise<T>, { what, said = () => '' }: Wait): Promise<T> {
  const over = new AbortController();
  const inVain = async (): Promise<never> => {
    for (let step = 0; step < STEPS; step++) await delay(STEP_MS, undefined, { signal: over.signal });
    throw new Error(`waited in vain for ${what}\n${said()}`);
  };
  try {
    return await Promise.race([awaited, inVain()]);
  } finally {
    over.abort();
  }
}

/**
 * Looks until it is so. @param failing rejects where it will never be, because a process ended, say
 * @throws Error as {@link comes}, and what `failing` throws
 */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  wait: Wait,
  failing: Promise<never> = new Promise(() => undefined),
): Promise<void> {
  let over = false;
  const looking = async (): Promise<void> => {
    while (!over && !(await isSo())) await delay(LOOK_MS);
  };
  await comes(Promise.race([looking(), failing]), wait).finally(() => (over = true));
}
