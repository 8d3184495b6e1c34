/**
 * The built app as the resources of the tests' Electron. Main, preload and page are the build's own; that Electron is too
 * old for SQLite's native module (Node-API 9, it needs 10), so the backend's place is taken by a relay to the same backend
 * on our Node, which lies outside of the app.
 */
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { z } from 'zod';
import { say } from '../lib/log.mjs';
import { root } from '../lib/paths.mjs';
import { ELECTRON_DIR } from './fetch.ts';
import { PINNED } from './pinned.ts';

/** What stands in the test build where the product has something else. */
const SWAPPED = [
  'the backend is put behind a relay to Node 24: better-sqlite3 needs Node-API 10, this Electron has 9',
  'engine and trainer are started by that backend, in this Electron as in the product',
  'main is loaded by one that answers dialogs and lets specs look at menus',
];
const SUPPORT = join(root, 'test', 'electron', 'support');
const manifestSchema = z.looseObject({ main: z.string() });

/** Puts the app of this checkout's build into the unpacked Electron; says what is swapped. */
export async function installApp(): Promise<void> {
  const resources = join(ELECTRON_DIR, 'resources');
  const app = join(resources, 'app.making');
  rmSync(resources, { recursive: true, force: true });
  mkdirSync(app, { recursive: true });
  const programs = join(app, 'dist', 'electron');
  for (const part of ['electron', 'renderer']) {
    cpSync(join(root, 'dist', part), join(app, 'dist', part), {
      recursive: true,
      filter: (path) => !path.endsWith('.map'),
    });
  }
  for (const shared of ['node_modules', 'models', 'db']) symlinkSync(join(root, shared), join(app, shared));
  renameSync(join(programs, 'backend.mjs'), join(programs, 'backend-on-node.mjs'));
  await build({
    outdir: programs,
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
    logLevel: 'warning',
  });
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  writeFileSync(
    join(app, 'package.json'),
    JSON.stringify({ ...manifest, main: 'dist/electron/observed-main.mjs' }),
  );
  renameSync(app, join(resources, 'app'));
  say(`Specs on Electron ${PINNED.electron}; swapped there: ${SWAPPED.join('; ')}.`);
}
