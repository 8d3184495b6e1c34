/**
 * A slice of the soak (`npm run soak -- SEED actions` does 10,000): random edits, decisions one by one and at once, flags,
 * notes, filters, removals, undo, reloads, two windows, a slow disk and killed backends leave the store equal to a model of it. The
 * same tree meets the same actions: drawing others is the soak's work, and FOVEA_SEED=N does those of another seed here.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { randomActions } from '../soak/actions/run.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';

/** The host that answers is the same but for how it begins and ends: the second one goes the first part of the way. */
const ACTIONS = { 'browser host': 110, Electron: 20 } as const;
/** In the browser host, one window removes the sample that the other one shows. */
const SEED = 22004;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

for (const host of ['browser host', 'Electron'] as const) {
  test(`${host}: after ${ACTIONS[host]} random actions the store holds what the model says`, async (t) => {
    const seed = Number(process.env.FOVEA_SEED ?? SEED);
    t.diagnostic(`seed ${seed}`);
    const { problems, revisions } = await randomActions(chromium, host, seed, ACTIONS[host]);
    assert.deepEqual(problems, [], `seed ${seed}`);
    assert.ok(revisions > 0);
  });
}
