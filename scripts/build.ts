/**
 * Builds what cannot run from source: the page (Vite) and Electron's bundles (esbuild). A part whose inputs are those of
 * the last build is left alone, so that every start and test run may call this.
 */
import { buildElectron } from './build/electron.ts';
import { buildWhenChanged } from './build/when-changed.ts';
import { buildRenderer } from './build/renderer.ts';
import { withLock } from './lib/lock.mjs';

await withLock('build', async () => {
  const common = ['src-shared', 'scripts/build', 'package-lock.json'];
  await buildWhenChanged(
    'renderer',
    [...common, 'src-renderer', 'vite.config.ts', 'svelte.config.js'],
    buildRenderer,
  );
  await buildWhenChanged('electron', [...common, 'src-main', 'models', 'db'], buildElectron);
});
