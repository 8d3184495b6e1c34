/** How far to fetch ahead: far enough for a burst of keys, not so far that large pictures fill the memory. */

/** Samples kept on the way back. */
export const BEHIND = 4;
/** A burst of keys longer than this meets the network. */
const MOST = 20;
const LEAST = 3;
/** For decoded pictures, in bytes. */
const BUDGET = 400e6;

/** @param pictureBytes mean memory of a decoded picture; 0 when none is known */
export function roomAhead(pictureBytes: number): number {
  if (pictureBytes === 0) return LEAST;
  return Math.max(LEAST, Math.min(MOST, Math.floor(BUDGET / pictureBytes) - BEHIND));
}

/** Steps from the sample on screen, the likeliest first; one of them leads back. */
export function stepsAhead(count: number): number[] {
  const steps = Array.from({ length: count }, (_, n) => n + 1);
  return [...steps.slice(0, LEAST), -1, ...steps.slice(LEAST)];
}

/**
 * Which of what is here goes so that no more than `most` stay, unless more than that are near.
 * @param here unused for longest first; what was fetched ahead is unused until it is shown, the very next sample for
 *   longest of all, so that age alone would drop just what comes next
 * @param near about the sample on screen: never goes
 */
export function toDrop(here: readonly number[], near: ReadonlySet<number>, most: number): number[] {
  const far = here.filter((id) => !near.has(id));
  return far.slice(0, Math.max(0, here.length - most));
}
