/**
 * Builds what cannot run from source: the page (Vite) and Electron's bundles (esbuild). A part whose inputs are those of
 * the last build is left alone, so that every start and test run may call this.
 */
import { buildElectron } from './build/electron.ts';
import { buildWhenChanged } from './build/when-changed.ts';
import { buildRenderer } from './build/renderer.ts';
import { withLock } from './lib/lock.mjs';

try {
  await withLock('build', async () => {
    const common = ['src-shared', 'scripts/build', 'package-lock.json'];
    const page = [...common, 'src-renderer', 'vite.config.ts', 'svelte.config.js'];
    await buildWhenChanged('renderer', page, buildRenderer);
    await buildWhenChanged('electron', [...common, 'src-main', 'models', 'db'], buildElectron);
  });
} catch (error) {
  process.stderr.write(
    `fovea: the build failed: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
}
