import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killRun } from '../support/kill-run.ts';

const SEED = 7;

test(`fovea label with the real engine, either killed at random moments, resumes to the same end (seed ${SEED})`, async () => {
  const { problems, kills } = await killRun({ kills: 4, samples: 16, seed: SEED });
  assert.deepEqual(problems, []);
  assert.ok(kills.backend > 0 && kills.engine > 0);
});
