/** `bench:data` prints one line with a number for each name, for this checkout and another; the numbers are not asserted. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const NAMES = [
  'import_rows_per_s',
  'import_peak_rss_mb',
  'page_ms_p95',
  'search_ms_p95',
  'export_samples_per_s',
  'export_peak_rss_mb',
];
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

test('bench:data prints one line, of one checkout or of two side by side', async () => {
  const lines = async (...more: string[]): Promise<unknown> => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      here('main.ts'),
      '--samples',
      '600',
      ...more,
    ]);
    assert.equal(stdout.trim().split('\n').length, 1);
    return JSON.parse(stdout);
  };
  const alone = (await lines()) as Record<string, number>;
  assert.deepEqual(Object.keys(alone), NAMES);
  const both = (await lines('--checkout', here('../../..'), '--checkout-samples', '300')) as Record<
    'before' | 'after',
    Record<string, number>
  > & { import_times: number };
  assert.equal(both.before.samples, 300);
  for (const numbers of [alone, both.before, both.after])
    for (const name of NAMES) assert.ok(Number.isFinite(numbers[name]) && numbers[name]! > 0, name);
  assert.ok(both.import_times > 0);
});
