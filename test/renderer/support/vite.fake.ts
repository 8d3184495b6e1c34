/** The page over the fake backend, into a folder of its own. */
import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vite';
import app from '../../../vite.config.ts';

const fake = fileURLToPath(new URL('./fake-connect.ts', import.meta.url));

export default mergeConfig(
  app,
  defineConfig({
    build: { outDir: '../dist/fake' },
    preview: { port: 4199, strictPort: true },
    plugins: [
      {
        name: 'fake-connect',
        enforce: 'pre',
        resolveId: (source) => (source.endsWith('src-shared/rpc/connect.ts') ? fake : null),
      },
    ],
  }),
);
