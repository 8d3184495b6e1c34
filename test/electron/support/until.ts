/** Waits for what a process does in its own time. */
import assert from 'node:assert/strict';

const LIMIT_MS = 60_000;

/** @throws AssertionError when it does not come about within a minute */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + LIMIT_MS; performance.now() < end;) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`never happened: ${what}`);
}
