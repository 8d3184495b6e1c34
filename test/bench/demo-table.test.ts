/** `demo:table --json` prints one object and nothing else; what it measures is not asserted. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

test('demo:table --json prints n, accuracy and AUC as shares, by language, and throughput', async () => {
  const script = fileURLToPath(new URL('demo-table.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--json', '--limit', '1']);
  const table = JSON.parse(stdout) as Record<
    'accuracy' | 'auc' | 'throughput' | 'languages',
    Record<string, number>
  > & {
    n: number;
  };
  assert.equal(table.n, 1);
  for (const way of ['alone', 'vicrop', 's2', 'warp', 'raw', 'denoised', 'rpn', 'truth']) {
    assert.ok(way in table.accuracy && table.throughput[way]! > 0, way);
  }
  assert.deepEqual(Object.keys(table.auc), ['raw', 'relative', 'denoised', 'rpn', 'saliency']);
  assert.equal(table.throughput['alone'], 1);
  assert.deepEqual(Object.keys(table.languages), ['en', 'fr', 'zh']);
  for (const share of [...Object.values(table.accuracy), ...Object.values(table.auc)]) {
    assert.ok(share >= 0 && share <= 1);
  }
});
