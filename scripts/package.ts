/**
 * `npm run package -- deb|tar|appimage|dir|installer`: packages for people who have no Node, into `dist/packages`. What they hold and
 * where each part comes from is in scripts/package/README.md.
 */
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { withLock } from './lib/lock.mjs';
import { say } from './lib/log.mjs';
import { root } from './lib/paths.mjs';
import { electronFor } from './package/electron.ts';
import { makePackage, PACKAGES } from './package/make.ts';
import { sizesByPart, sizeTable } from './package/sizes.ts';
import { SWAPPED } from './package/swaps.ts';
import { parseWish } from './package/wish.ts';

try {
  const { kinds, target, release } = parseWish(process.argv.slice(2));
  const electron = await electronFor(target, release);
  if (electron.isTests) {
    say(
      `A test build, on Electron ${electron.version}: never released. Swapped in it: ${SWAPPED.join('; ')}.`,
    );
  }
  await withLock('package', async () => {
    const showSizes = (folder: string): void => say(sizeTable(sizesByPart(folder)));
    for (const kind of kinds) {
      for (const made of await makePackage(kind, target, electron, PACKAGES, showSizes)) {
        const size = statSync(made).isFile() ? ` (${(statSync(made).size / 1e6).toFixed(1)} MB)` : '';
        process.stdout.write(`${relative(root, made)}${size}\n`);
      }
    }
  });
} catch (error) {
  say(`fovea: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
