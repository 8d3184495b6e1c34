/** The page: Vite's production build as `vite.config.ts` says. */
import { join } from 'node:path';
import { build } from 'vite';
import { root } from '../lib/paths.mjs';

/** Writes the page to `outDir`, replacing what was there. */
export async function buildRenderer(outDir: string): Promise<void> {
  await build({
    configFile: join(root, 'vite.config.ts'),
    root: join(root, 'src-renderer'),
    // A first start says what Fovea has to say; what stops the build is thrown.
    logLevel: 'error',
    // The notices of what the page is built of, for packages of the app.
    build: { outDir, emptyOutDir: true, license: { fileName: 'third-party.md' } },
  });
}
