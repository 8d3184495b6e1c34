/** When what could not be saved is tried again: soon at first, then less and less often, for as long as it takes. */
const FIRST_MS = 500;
const LAST_MS = 10_000;

/** Milliseconds to wait after `failed` failures before this one. */
export function retryWait(failed: number): number {
  return Math.min(LAST_MS, FIRST_MS * 2 ** failed);
}
