import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { REGENERATE, TOLERANCE } from '../support/oracle.ts';
import { runSavedFolder, savedFolders, worst } from '../support/saved-folder.ts';
import { unpack } from '../support/tar.ts';

const root = mkdtempSync(join(tmpdir(), 'fovea-versions-'));
test.after(() => rmSync(root, { recursive: true }));
unpack(join(import.meta.dirname, '../golden/oracle/versions/cases.tar.gz'), root);

const cases = await savedFolders(root);

test('folders of both families, fresh, saved again and saved over another', () => {
  const names = cases.map(({ name }) => name);
  assert.deepEqual([...new Set(cases.map(({ family }) => family))].sort(), ['llava', 'qwen2_5_vl']);
  for (const kind of ['-fresh', '-resaved-', '-over-']) {
    assert.ok(
      names.some((name) => name.includes(kind)),
      kind,
    );
  }
});

for (const golden of cases) {
  test(`${golden.name}: the folder gives what the transformers that saved it computes`, async () => {
    const outcome = await runSavedFolder(golden);
    assert.ok(outcome.kind === 'ran', JSON.stringify(outcome));
    const [what, difference] = worst(outcome.differences);
    assert.ok(difference <= TOLERANCE, `${what} differ by ${difference}; ${REGENERATE}`);
  });
}
