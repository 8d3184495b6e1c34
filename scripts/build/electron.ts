/**
 * Electron's programs: main, preload, backend with its threads, engine and trainer. Packages stay outside (electron-builder ships them),
 * our own sources become one file each, because Electron runs no TypeScript.
 *
 * Sources find their data files (migrations, presets, the demo model) relative to themselves. A bundle lies elsewhere,
 * so each source's `import.meta.url` is replaced by where the source itself would be under the app's root.
 */
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { root } from '../lib/paths.mjs';

const APP_ROOT = '__foveaAppRoot';

const keepSourceUrls: Plugin = {
  name: 'keep-source-urls',
  setup(context) {
    context.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (path.includes(`${sep}node_modules${sep}`) || !source.includes('import.meta')) return undefined;
      const place = JSON.stringify(relative(root, path).split(sep).join('/'));
      const contents = source
        .replaceAll('import.meta.url', `new URL(${place}, ${APP_ROOT}).href`)
        .replaceAll('import.meta.main', 'false');
      return { contents, loader: 'ts' };
    });
  },
};

const modules: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  packages: 'external',
  outExtension: { '.js': '.mjs' },
  banner: { js: `const ${APP_ROOT} = new URL('../../', import.meta.url);` },
  plugins: [keepSourceUrls],
  define: { 'process.env.FOVEA_BUNDLED': '"1"' },
  sourcemap: 'linked',
  logLevel: 'warning',
};

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
