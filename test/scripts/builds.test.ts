/** Two builds of the same sources, byte for byte: what is packed of them is what was released, whoever builds it again. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildElectron } from '../../scripts/build/electron.ts';
import { buildRenderer } from '../../scripts/build/renderer.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

/** Path → SHA-256 of what goes into packages: no source maps. */
function hashesIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files
      .sort()
      .map((file) => [
        file.slice(folder.length + 1),
        createHash('sha256').update(readFileSync(file)).digest('hex'),
      ]),
  );
}

for (const [what, build, entry] of [
  ['page', buildRenderer, 'index.html'],
  ['programs', buildElectron, 'main.mjs'],
] as const) {
  test(`two builds of the ${what} are equal`, async (t) => {
    const dir = temporaryDir(t);
    const made = [];
    for (const name of ['a', 'b']) {
      await build(join(dir, name));
      made.push(hashesIn(join(dir, name)));
    }
    assert.ok(entry in made[0]!);
    assert.deepEqual(made[0], made[1]);
  });
}
