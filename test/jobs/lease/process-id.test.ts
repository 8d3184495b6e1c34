import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { isAlive, STALE_MS, thisProcess } from '../../../src-main/jobs/lease/process-id.ts';

const now = 1_000_000;
const self = { ...thisProcess(), heartbeatMs: now };

test('a holder lives while its process does and it says so', async () => {
  assert.ok(isAlive(self, now));
  assert.ok(!isAlive(self, now + STALE_MS + 1), 'silent for too long');
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  assert.ok(!isAlive({ ...self, pid: child.pid! }, now), 'the process is gone');
});

test(
  'a number that now belongs to another process is not the holder',
  { skip: process.platform !== 'linux' },
  () => {
    assert.ok(!isAlive({ ...self, started: '1' }, now));
  },
);

test('on another machine only the heartbeat counts', () => {
  const elsewhere = { ...self, machine: 'elsewhere', pid: 2 ** 22 + 1 };
  assert.ok(isAlive(elsewhere, now));
  assert.ok(!isAlive(elsewhere, now + STALE_MS + 1));
});
