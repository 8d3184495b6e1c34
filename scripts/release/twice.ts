/**
 * `npm run release:twice [-- --platform P] [--arch A]`: builds and packs the app's archive twice from nothing, and compares all of
 * it byte for byte: who builds a release again must get what was released. Prints the archive's SHA-256; needs no Electron.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withLock } from '../lib/lock.mjs';
import { root } from '../lib/paths.mjs';
import { writeApp } from '../package/app.ts';
import { identityOf } from '../package/identity.ts';
import { targetSchema } from '../package/target.ts';

/** What a build writes; the rest of `dist` is packages. */
const BUILT = ['electron', 'electron.inputs', 'renderer', 'renderer.inputs'];

try {
  const { values } = parseArgs({
    options: {
      platform: { type: 'string', default: process.platform },
      arch: { type: 'string', default: process.arch },
    },
  });
  const target = targetSchema.parse(values);
  await withLock('package', async () => {
    mkdirSync(join(root, 'dist'), { recursive: true });
    const work = mkdtempSync(join(root, 'dist', '.twice-'));
    try {
      const made = [];
      for (const name of ['first', 'second']) {
        build();
        const folder = join(work, name);
        await writeApp(folder, identityOf(null), target);
        made.push(hashesIn(folder));
      }
      const [first, second] = made;
      const paths = [...new Set([...first!.keys(), ...second!.keys()])];
      const different = paths.filter((path) => first!.get(path) !== second!.get(path));
      if (different.length > 0) throw new Error(`two builds differ in ${different.sort().join(', ')}`);
      process.stdout.write(`${paths.length} files, equal twice; app.asar ${first!.get('app.asar')}\n`);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
} catch (error) {
  process.stderr.write(`release:twice: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** From nothing. */
function build(): void {
  for (const name of BUILT) rmSync(join(root, 'dist', name), { recursive: true, force: true });
  const { status } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'scripts', 'build.ts')],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (status !== 0) throw new Error('the build failed');
}

/** Path → SHA-256 of every file. */
function hashesIn(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
      return [path.slice(folder.length + 1).replaceAll('\\', '/'), hash];
    }),
  );
}
