/** A slice of the soak (`npm run soak -- SEED way-back` does 200): kill -9 of whatever writes to a project loses nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killTheWayBack } from '../soak/kills/way-back.ts';

/** One of each kind of work. */
const KILLS = 10;

test(`${KILLS} kills while deciding, importing, exporting, copying, restoring, migrating, repairing`, async (t) => {
  const seed = Number(process.env.FOVEA_SEED ?? Math.floor(Math.random() * 2 ** 31));
  t.diagnostic(`seed ${seed}`);
  const { problems, saved, hit } = await killTheWayBack(seed, KILLS);
  assert.deepEqual(problems, [], `seed ${seed}`);
  assert.ok(saved > 0);
  assert.ok(Object.keys(hit).length > 3, JSON.stringify(hit));
});
