/**
 * What stands in a test build where the product has something else: the specs' Electron is too old for SQLite's native
 * module (Node-API 9, it needs 10), so the backend's place is taken by a relay to a Node that lies outside of the package.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../lib/paths.mjs';

/** In words, for whoever makes one. */
export const SWAPPED = [
  'the backend is put behind a relay to Node 24: better-sqlite3 needs Node-API 10, this Electron has 9',
  'main is loaded by one that answers dialogs and lets specs look at menus',
] as const;

const SUPPORT = join(root, 'test', 'electron', 'support');
const PROGRAMS = 'dist/electron';

/** Files of the archive by path. */
export async function swappedFiles(): Promise<Map<string, Buffer>> {
  const { outputFiles } = await build({
    outdir: join(root, PROGRAMS),
    entryPoints: {
      backend: join(SUPPORT, 'relay.ts'),
      'observed-main': join(SUPPORT, 'observed-main.ts'),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['electron', './main.mjs', './backend-on-node.mjs'],
    outExtension: { '.js': '.mjs' },
    write: false,
    logLevel: 'warning',
  });
  const swapped = new Map(
    outputFiles.map(({ path, contents }) => [
      path.slice(root.length + 1).replaceAll('\\', '/'),
      Buffer.from(contents),
    ]),
  );
  swapped.set(`${PROGRAMS}/backend-on-node.mjs`, readFileSync(join(root, PROGRAMS, 'backend.mjs')));
  return swapped;
}
