/** What is asked for once somebody stays: samples that are passed by ask for nothing beside what is drawn of them. */

/** Longer than between two keys of a quick reviewer, ten a second, and of a key that is held. */
const PASSED_MS = 150;

/** Runs `task` unless what comes back is called before: the sample was passed by. */
export function unlessPassed(task: () => void): () => void {
  const timer = setTimeout(task, PASSED_MS);
  return () => clearTimeout(timer);
}
