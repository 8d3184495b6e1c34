/** `bench:ui --json` prints one object with a number for each wait; the numbers themselves are not asserted. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const NAMES = [
  'next_sample_ms_p95',
  'scroll_frame_ms_max',
  'gallery_scroll_frame_ms_max',
  'filter_ms_p95',
  'gallery_sort_ms_p95',
  'dashboard_ms_p95',
  'heap_growth_mb',
  'dom_nodes_growth',
];

test('bench:ui --json prints a finite number for every wait, on the demo and on a generated project', async () => {
  const script = fileURLToPath(new URL('main.ts', import.meta.url));
  const args = [script, '--json', '--samples', '100', '--steps', '2', '--walk', '3'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const numbers = JSON.parse(stdout) as Record<string, number> &
    Record<'demo' | 'large', Record<string, number>>;
  for (const name of ['slider_ms_p95_24x24', 'slider_ms_p95_64x64']) {
    assert.ok(numbers[name] > 0, `${name} is ${numbers[name]}`);
  }
  for (const part of [numbers, numbers.demo, numbers.large]) {
    for (const name of NAMES) assert.ok(Number.isFinite(part[name]), `${name} is ${part[name]}`);
    assert.ok(part.next_sample_ms_p95 > 0 && part.filter_ms_p95 > 0 && part.gallery_sort_ms_p95 > 0);
  }
});
