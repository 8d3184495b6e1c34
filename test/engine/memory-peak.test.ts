/** What is held at most meanwhile, and given back: as Linux counts it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standingOf, watchMemory } from '../../src-main/engine/memory-peak.ts';

const MB = 1 << 20;

test('a status is read by its names; one that lacks them says nothing', () => {
  const status =
    'Name:\tnode\nVmHWM:\t   300 kB\nVmRSS:\t 250 kB\nRssAnon:\t 200 kB\nRssFile:\t 40 kB\nRssShmem:\t 2 kB\n';
  assert.deepEqual(standingOf(status), { own: 200 * 1024, mapped: 42 * 1024, peak: 300 * 1024 });
  assert.equal(standingOf('VmRSS:\t 250 kB\n'), null);
});

test('memory that was held and given back counts, what was held before does not', (t) => {
  const before = Buffer.alloc(96 * MB, 1);
  const quiet = watchMemory();
  const nothing = quiet();
  if (nothing === null) return t.skip('this system does not say');
  assert.ok(nothing < 32 * MB, `${nothing}`);
  const peak = watchMemory();
  const held = Buffer.alloc(128 * MB, 1);
  assert.equal(held.length + before.length, 224 * MB);
  const most = peak()!;
  assert.ok(most >= 120 * MB && most < 192 * MB, `${most}`);
});
