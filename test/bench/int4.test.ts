/** The int4 bench measures what it says it does, on next to nothing; its numbers are not asserted, only their sense. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryDir } from '../support/temporary-dir.ts';
import { tinyConfig } from '../support/random-checkpoint.ts';
import { measureCosts } from './int4-costs.ts';
import { measureQuality } from './quality.ts';

test('quality compares the same scenes at both precisions', async (t) => {
  const { n, labelIou, reduced, stored } = await measureQuality(3, temporaryDir(t), () => undefined);
  assert.equal(n, 3);
  assert.ok(labelIou > 0.5 && labelIou <= 1);
  for (const { rpnAuc, kept } of [reduced, stored]) {
    assert.ok(rpnAuc > 0.8 && rpnAuc <= 1);
    assert.ok(kept >= 0 && kept <= 1);
  }
});

test('costs come from processes of their own', async (t) => {
  const config = tinyConfig({ text: { maxPositions: 1024 } });
  const costs = await measureCosts(config, temporaryDir(t), () => undefined);
  assert.ok(costs.cacheBytes > 0 && costs.sourceBytes > 2 * costs.parameters);
  assert.ok(costs.quantise.peakBytes >= costs.quantise.baseBytes);
  for (const run of [costs.stored, costs.int4]) assert.ok(run.stepSeconds > 0 && run.promptSeconds > 0);
});
