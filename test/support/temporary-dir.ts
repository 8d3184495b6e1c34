/**
 * Folders of tests. Hooks of a test run in the order in which they were registered: a folder that the first one removes
 * is removed while what was opened in it later is still writing there. So a test's end only says that its folders are
 * no longer needed; they go when the next one is made, or with the process.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const unneeded: string[] = [];

/** A new folder that goes some time after the test. */
export function temporaryDir(t: { after(end: () => void): void }): string {
  removeUnneeded();
  const dir = mkdtempSync(join(tmpdir(), 'fovea-test-'));
  t.after(() => void unneeded.push(dir));
  return dir;
}

process.on('exit', removeUnneeded);

function removeUnneeded(): void {
  for (const dir of unneeded.splice(0)) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}
