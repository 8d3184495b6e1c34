/** Whose rules a checkpoint goes by, as the command line says it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { addGate } from '../../../support/split-rpn.ts';
import { addQzoomGate, qzoomFolder, qzoomGolden } from '../../../support/qzoom.ts';
import { fovea, foveaJson } from '../run-cli.ts';

const home = mkdtempSync(join(tmpdir(), 'fovea-home-'));
process.env.FOVEA_HOME = home;
test.after(() => rmSync(home, { recursive: true, force: true }));

test('check names Q-Zoom’s rules, the crop’s positions and whether the gate runs', async () => {
  const [picture] = (await qzoomGolden()).pictures;
  const dir = await qzoomFolder(home, picture!, { reuse_src_pos: true, enable_high_res: false });
  await addGate(dir);
  const said = await fovea(['model', 'check', dir]);
  assert.equal(said.code, 0, said.stderr);
  assert.match(
    said.stdout,
    /\n {2}rules {6}Q-Zoom's: .*\n {13}crop positions as in the source picture \(reuse_src_pos true\)\n/,
  );
  assert.match(said.stdout, /\n {2}gate {7}present, not used: every question gets a second look\n/);
  const { json } = await foveaJson(['model', 'check', dir]);
  assert.partialDeepStrictEqual(json, { gate: true, rules: { name: 'q-zoom', cropPositions: 'source' } });
  const gated = await qzoomFolder(home, picture!, { reuse_src_pos: true, enable_high_res: true });
  await addQzoomGate(gated);
  assert.match(
    (await fovea(['model', 'check', gated])).stdout,
    /\n {2}gate {7}runs: no second look below 0\.1,/,
  );
});
