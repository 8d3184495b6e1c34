/**
 * How our own sources become one file each: packages stay outside, and what is built runs where no TypeScript does, or sooner
 * than a thousand sources are read.
 *
 * Sources find their data files (migrations, presets, the demo model) relative to themselves. A bundle lies elsewhere,
 * so each source's `import.meta.url` is replaced by where the source itself would be under the app's root. It must lie two
 * folders below that.
 */
import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
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

export const modules: BuildOptions = {
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
