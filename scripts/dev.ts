/**
 * `npm run dev -- [PROJECT]`: the page from Vite with hot reload, everything else from the real browser host behind it.
 * The origin is put right by the proxy, so this is for a developer's own machine only.
 */
import { join, resolve } from 'node:path';
import { createServer } from 'vite';
import { openBackend } from '../src-main/app/backend.ts';
import { startBrowserHost } from '../src-main/app/browser/host.ts';
import { dataDir, demoDir } from '../src-main/app/data-dir.ts';
import { stopSignal } from '../src-main/app/cli/signals.ts';
import { isProject } from '../src-main/store/file/project.ts';
import { root } from './lib/paths.mjs';

const given = process.argv[2];
const demo = isProject(demoDir()) ? demoDir() : null;
const backend = await openBackend({ host: 'browser', projectPath: given ? resolve(given) : demo });
const host = await startBrowserHost({
  backend,
  pageDir: join(root, 'dist/renderer'),
  port: 0,
  dataDir: dataDir(),
});
const target = `http://127.0.0.1:${host.port}`;
const proxied = { target, ws: true, changeOrigin: true, headers: { origin: target } };

const vite = await createServer({
  configFile: join(root, 'vite.config.ts'),
  root: join(root, 'src-renderer'),
  server: { host: '127.0.0.1', proxy: { '/rpc': proxied, '/image': proxied } },
});
await vite.listen();
process.stdout.write(`The page is at ${vite.resolvedUrls?.local[0] ?? '/'}${new URL(host.url).search}\n`);

stopSignal().addEventListener('abort', () => {
  void Promise.all([vite.close(), host.close()])
    .then(() => backend.dispose())
    .then(() => process.exit(0));
});
