import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateMeter } from '../../../src-main/jobs/lease/rate.ts';

test('the rate is of the recent past, null before the first item', () => {
  const meter = rateMeter(0);
  assert.equal(meter.perSecond(500), null);
  for (let ms = 1000; ms <= 10_000; ms += 1000) meter.tick(ms);
  assert.equal(meter.perSecond(10_000), 1);
  for (let ms = 10_100; ms <= 30_000; ms += 100) meter.tick(ms);
  assert.ok(Math.abs(meter.perSecond(30_000)! - 10) < 0.1);
});
