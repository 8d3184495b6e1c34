/** Every file of the packed app's archive: where it lies there, and where its bytes come from. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/paths.mjs';
import { filesOf } from './contents.ts';
import type { Identity } from './identity.ts';
import type { PackedPackage } from './packages.ts';
import type { Target } from './target.ts';

export interface AppFile {
  /** Inside the archive, `/` between. */
  readonly path: string;
  /** A file of this machine, or what is to be in it. */
  readonly from: string | Buffer;
  /** Beside the archive: what native code opens by itself. */
  readonly unpacked: boolean;
}

/** Of the checkout, what a running app reads; the models are mapped into memory by native code. */
const OWN = [
  'dist/electron',
  'dist/renderer',
  'models/demo/checkpoint',
  'models/demo/scenes/project',
  'models/presets',
];
/** Not of the running app: for debugging, and for the notices. */
const LEFT_OUT = /\.(map|md)$/;
const NATIVE = /\.(node|dll|dylib|so(\.[0-9.]+)?)$/;

/** Sorted by path. @param swapped files of a test build that stand in for, or beside, the product's */
export function appFiles(
  identity: Identity,
  packages: readonly PackedPackage[],
  target: Target,
  swapped: ReadonlyMap<string, Buffer>,
): AppFile[] {
  const files = new Map<string, AppFile>();
  const add = (path: string, from: string | Buffer): void =>
    void files.set(path, { path, from, unpacked: NATIVE.test(path) || path.startsWith('models/') });
  for (const folder of OWN) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || LEFT_OUT.test(entry.name)) continue;
      const file = join(entry.parentPath, entry.name);
      add(file.slice(root.length + 1).replaceAll('\\', '/'), file);
    }
  }
  for (const one of packages) {
    for (const file of filesOf(one, target)) add(`${one.path}/${file}`, join(one.folder, file));
  }
  add('package.json', Buffer.from(appManifest(identity)));
  for (const [path, body] of swapped) add(path, body);
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The bytes of one. */
export function bytesOf({ from }: AppFile): Buffer {
  return typeof from === 'string' ? readFileSync(from) : from;
}

/** What Electron and the app itself read of it: names, version, where to begin, ONNX Runtime's version, updates. */
function appManifest({
  manifest,
  name,
  productName,
  version,
  description,
  isTestBuild,
  updates,
}: Identity): string {
  const { license, homepage, author, dependencies } = manifest;
  return JSON.stringify({
    name,
    productName,
    version,
    description,
    license,
    homepage,
    author,
    type: 'module',
    main: isTestBuild ? 'dist/electron/observed-main.mjs' : 'dist/electron/main.mjs',
    desktopName: `${name}.desktop`,
    dependencies,
    ...(updates === null ? {} : { fovea: { updates } }),
  });
}
