/** Electron's programs: main, preload, backend with its threads, engine and trainer. electron-builder ships the packages they import. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../lib/paths.mjs';
import { modules } from './bundle.ts';

/** Writes `main.mjs`, `backend.mjs`, `engine.mjs`, `trainer.mjs`, the threads' files and `preload.cjs` to `outDir`. */
export async function buildElectron(outDir: string): Promise<void> {
  const entry = (path: string): string => join(root, path);
  await build({
    ...modules,
    outdir: outDir,
    entryPoints: {
      main: entry('src-main/app/electron/main.ts'),
      backend: entry('src-main/app/electron/backend.ts'),
      engine: entry('src-main/engine/host.ts'),
      trainer: entry('src-main/training/host.ts'),
      'batch-thread': entry('src-main/jobs/batches/thread.ts'),
      'compare-thread': entry('src-main/jobs/rpn/compare-thread.ts'),
      'embedding-thread': entry('src-main/jobs/embeddings/thread.ts'),
      'picture-thread': entry('src-main/jobs/pictures/thread.ts'),
      'space-thread': entry('src-main/jobs/space/thread.ts'),
      'reader-thread': entry('src-main/library/reader-thread.ts'),
      'reading-thread': entry('src-main/jobs/import/reading-thread.ts'),
      'look-thread': entry('src-main/jobs/pictures/look-thread.ts'),
      'export-picture-thread': entry('src-main/exporters/pictures/thread.ts'),
    },
  });
  await build({
    entryPoints: [entry('src-main/app/electron/preload.ts')],
    outfile: join(outDir, 'preload.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    external: ['electron'],
    logLevel: 'warning',
  });
}
