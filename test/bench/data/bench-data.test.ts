/** `bench:data` prints one line with a number for each name, for this checkout and another; the numbers are not asserted. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryDir } from '../../support/temporary-dir.ts';

const NAMES = [
  'import_rows_per_s',
  'import_peak_rss_mb',
  'page_ms_p95',
  'search_ms_p95',
  'export_samples_per_s',
  'export_peak_rss_mb',
];
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Runs it and gives what it printed. */
async function lines(...more: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    here('main.ts'),
    '--samples',
    '600',
    ...more,
  ]);
  assert.equal(stdout.trim().split('\n').length, 1);
  return JSON.parse(stdout);
}

interface Both {
  readonly before: Record<string, number>;
  readonly after: Record<string, number>;
  readonly import_times: number;
}

function assertMeasured({ before, after, import_times }: Both): void {
  assert.equal(before.samples, 300);
  for (const numbers of [before, after])
    for (const name of NAMES) assert.ok(Number.isFinite(numbers[name]) && numbers[name]! > 0, name);
  assert.ok(import_times > 0);
}

test('bench:data prints one line, of one checkout or of two side by side', async () => {
  const alone = (await lines()) as Record<string, number>;
  assert.deepEqual(Object.keys(alone), NAMES);
  for (const name of NAMES) assert.ok(Number.isFinite(alone[name]) && alone[name]! > 0, name);
  assertMeasured((await lines('--checkout', here('../../..'), '--checkout-samples', '300')) as Both);
});

test('bench:data measures an older checkout, whose files lay side by side', async (t) => {
  const older = temporaryDir(t);
  const places = {
    'store/project.ts': 'store/file/project.ts',
    'store/sample-state.ts': 'store/samples/state.ts',
    'store/sample-query.ts': 'store/samples/query.ts',
    'jobs/import.ts': 'jobs/import/import.ts',
    'jobs/export.ts': 'jobs/export/export.ts',
    'exporters/index.ts': 'exporters/index.ts',
  };
  for (const [then, now] of Object.entries(places)) {
    const file = join(older, 'src-main', then);
    mkdirSync(dirname(file), { recursive: true });
    const source = new URL(`../../../src-main/${now}`, import.meta.url).href;
    writeFileSync(file, `export * from ${JSON.stringify(source)};\n`);
  }
  assertMeasured((await lines('--checkout', older, '--checkout-samples', '300')) as Both);
});
