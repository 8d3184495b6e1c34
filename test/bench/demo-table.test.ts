/** `demo:table --json` prints one object and nothing else; what it measures is not asserted. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

test('demo:table --json prints n, accuracy and AUC as shares', async () => {
  const script = fileURLToPath(new URL('demo-table.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--json', '--limit', '2']);
  const table = JSON.parse(stdout) as Record<'accuracy' | 'auc', Record<string, number>> & { n: number };
  assert.equal(table.n, 2);
  assert.deepEqual(Object.keys(table.accuracy), ['alone', 'raw', 'denoised', 'rpn', 'truth']);
  assert.deepEqual(Object.keys(table.auc), ['raw', 'denoised', 'rpn']);
  for (const share of [...Object.values(table.accuracy), ...Object.values(table.auc)]) {
    assert.ok(share >= 0 && share <= 1);
  }
});
