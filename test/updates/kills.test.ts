/** Watched and killed while it replaces a program: what lies under the name is a whole program at every moment. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { replaceProgram } from '../../src-main/updates/appimage.ts';
import { identify } from '../../src-main/updates/whole-file.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const KILLS = 8;
const BYTES = 8_000_000;

test('a kill leaves a whole program under its name, and nothing for good beside it', async (t) => {
  const dir = temporaryDir(t);
  const program = join(dir, 'Fovea.AppImage');
  const others = [join(dir, 'first'), join(dir, 'second')];
  const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const whole = new Set<string>();
  for (const path of [program, ...others]) {
    const bytes = randomBytes(BYTES);
    whole.add(hashOf(bytes));
    writeFileSync(path, bytes, { mode: 0o755 });
  }
  const seen = new Set<string>();
  // On a busy machine a child comes to little before it is killed: then there are more of them.
  for (let kill = 0; kill < KILLS || (seen.size < 3 && kill < 5 * KILLS); kill++) {
    const child = fork(join(import.meta.dirname, 'support', 'replacing-child.ts'), [program, ...others]);
    await once(child, 'message');
    // Without a pause, to see what is there for a moment only.
    for (const end = performance.now() + 20 + kill * 70; performance.now() < end;)
      assert.equal(statSync(program).size, BYTES);
    child.kill('SIGKILL');
    await once(child, 'exit');
    for (const path of [program, `${program}.previous`]) {
      if (path !== program && !readdirSync(dir).includes('Fovea.AppImage.previous')) continue;
      const hash = hashOf(readFileSync(path));
      assert.ok(whole.has(hash), `${path} after kill ${kill}`);
      seen.add(hash);
      assert.equal(statSync(path).mode & 0o777, 0o755);
    }
  }
  assert.equal(seen.size, 3, 'it did replace meanwhile');
  // What kills left goes with the next time.
  await replaceProgram(program, others[0]!, await identify(others[0]!), () => Promise.resolve());
  assert.deepEqual(readdirSync(dir).sort(), ['Fovea.AppImage', 'Fovea.AppImage.previous', 'first', 'second']);
});
