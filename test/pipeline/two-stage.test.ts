import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { REGENERATE, TOLERANCE } from '../support/oracle.ts';
import { unpack } from '../support/tar.ts';
import { lookAtCase } from '../support/two-stage.ts';

const root = mkdtempSync(join(tmpdir(), 'fovea-two-stage-'));
test.after(() => rmSync(root, { recursive: true }));
unpack(join(import.meta.dirname, '../golden/oracle/two_stage/cases.tar.gz'), root);

for (const name of readdirSync(root)) {
  test(`${name}: both looks are those of SD-RPN's own modules, from the prompt to the second answer`, async () => {
    const looks = await lookAtCase(join(root, name));
    assert.ok(looks.size >= 2);
    for (const [look, differences] of looks) {
      assert.ok(differences.has('answer_ids') && differences.has('crop_pixels'), `${look} has a second look`);
      for (const [what, difference] of differences) {
        assert.ok(difference <= TOLERANCE, `${look}: ${what} differ by ${difference}; ${REGENERATE}`);
      }
    }
  });
}
