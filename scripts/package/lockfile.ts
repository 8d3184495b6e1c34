/** The lockfile as far as packages are chosen by it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '../lib/paths.mjs';
import { suits, type Target } from './target.ts';

const names = z.record(z.string(), z.string()).default({});
/** A name or a list of them, as npm takes them over from package.json. */
const systems = z.union([z.string().transform((name) => [name]), z.array(z.string())]).optional();
const entrySchema = z.object({
  version: z.string().optional(),
  integrity: z.string().optional(),
  dependencies: names,
  optionalDependencies: names,
  os: systems,
  cpu: systems,
  libc: systems,
});
const lockSchema = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), entrySchema) });

/** What the lockfile pins of one package. */
export interface Locked {
  /** E.g. `node_modules/sharp`; the same in the packed app. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/**
 * Dependencies that a package needs only where it is installed from source or by its install script, neither of which
 * happens here, by the package that names them.
 */
const FOR_INSTALLING: Readonly<Record<string, readonly string[]>> = {
  // The headers that its C++ is compiled against.
  'better-sqlite3': ['node-addon-api'],
  // Fetch CUDA's libraries (script/install.js).
  'onnxruntime-node': ['adm-zip', 'global-agent'],
};

/** The packages named and all that they need to run on `target`, by path. @throws Error when one is not pinned */
export function lockedClosure(packageNames: readonly string[], target: Target): Locked[] {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const { packages } = lockSchema.parse(JSON.parse(text));
  const found = new Map<string, Locked>();
  const add = (from: string, name: string, optional: boolean): void => {
    const path = resolvePackage(Object.keys(packages), from, name);
    if (path === null) {
      if (optional) return;
      throw new Error(`package-lock.json has no ${name}, which ${from || 'the app'} needs`);
    }
    const entry = packages[path];
    if (found.has(path) || !suits(target, entry)) return;
    const { version, integrity } = z.object({ version: z.string(), integrity: z.string() }).parse(entry);
    found.set(path, { path, name, version, integrity });
    const unneeded = FOR_INSTALLING[name] ?? [];
    for (const needed of Object.keys(entry.dependencies)) {
      if (!unneeded.includes(needed)) add(path, needed, false);
    }
    for (const needed of Object.keys(entry.optionalDependencies)) add(path, needed, true);
  };
  for (const name of packageNames) add('', name, false);
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** As Node looks for it: beside the package that asks, then further up. */
function resolvePackage(paths: readonly string[], from: string, name: string): string | null {
  for (let folder = from; ;) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (paths.includes(path)) return path;
    if (folder === '') return null;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')));
  }
}
