import assert from 'node:assert/strict';
import { test } from 'node:test';
import { throttle } from '../../../src-main/rpc/throttle.ts';

test('the first and the latest value arrive, those between are left out, end states at once', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const sent: number[] = [];
  const events = throttle<number>(200, (value) => sent.push(value));
  for (const value of [1, 2, 3]) events.push(value);
  assert.deepEqual(sent, [1]);
  t.mock.timers.tick(200);
  assert.deepEqual(sent, [1, 3]);
  events.push(4);
  events.push(5, true);
  assert.deepEqual(sent, [1, 3, 5]);
  events.push(6);
  events.stop();
  t.mock.timers.tick(1000);
  assert.deepEqual(sent, [1, 3, 5]);
});
