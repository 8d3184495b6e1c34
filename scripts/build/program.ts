/** The `fovea` program as one file, beside Electron's: its engine, trainer and threads are the ones built there. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../lib/paths.mjs';
import { modules } from './bundle.ts';

/** Writes `fovea.mjs` to `outDir`. */
export async function buildProgram(outDir: string): Promise<void> {
  await build({
    ...modules,
    entryPoints: [join(root, 'src-main/app/cli/main.ts')],
    outfile: join(outDir, 'fovea.mjs'),
  });
}
