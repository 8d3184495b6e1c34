/** Runs `task` after `ms` milliseconds; gives a function that calls it off. */
export function later(task: () => void, ms: number): () => void {
  const timer = setTimeout(task, ms);
  return () => clearTimeout(timer);
}
