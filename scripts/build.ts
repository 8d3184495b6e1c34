/**
 * Builds what cannot run from source: the page (Vite) and Electron's bundles (esbuild). A part whose inputs are those of
 * the last build is left alone, so that every start and test run may call this. With `--program` also the `fovea` program,
 * which the specs start hundreds of times: in one file it starts in half the time.
 */
import { buildElectron } from './build/electron.ts';
import { buildWhenChanged } from './build/when-changed.ts';
import { buildProgram } from './build/program.ts';
import { buildRenderer } from './build/renderer.ts';
import { withLock } from './lib/lock.mjs';

try {
  await withLock('build', async () => {
    const common = ['src-shared', 'scripts/build', 'package-lock.json'];
    const page = [...common, 'src-renderer', 'vite.config.ts', 'svelte.config.js'];
    await buildWhenChanged('renderer', page, buildRenderer);
    const main = [...common, 'src-main', 'models', 'db'];
    await buildWhenChanged('electron', main, buildElectron);
    if (process.argv.includes('--program')) await buildWhenChanged('program', main, buildProgram);
  });
} catch (error) {
  process.stderr.write(
    `fovea: the build failed: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
}
