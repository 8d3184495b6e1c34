// Loaded before each test file: one that is not over after so long ends with an error that says so, instead of keeping the
// whole run from ending. The runner's own time limit only marks a test as failed; what the test left running goes on.
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

const MINUTES = 15;

if (isMainThread) {
  const over = () => {
    console.error(`${process.argv[1]} is not over after ${MINUTES} minutes: it waits for what never comes`);
    process.exit(1);
  };
  // What ends earlier ends as it would without.
  setTimeout(over, MINUTES * 60_000).unref();
}
