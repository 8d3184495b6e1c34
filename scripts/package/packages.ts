/**
 * The npm packages that go into the packed app, as folders: the checkout's own where it has them, and those of another
 * system (sharp's binary and libvips) fetched by npm, at the lockfile's versions and bytes.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runNpm } from '../lib/install.mjs';
import { say } from '../lib/log.mjs';
import { root } from '../lib/paths.mjs';
import { importedPackages } from './imports.ts';
import { lockedClosure, type Locked } from './lockfile.ts';
import type { Target } from './target.ts';

export interface PackedPackage extends Locked {
  /** Where it is on this machine. */
  readonly folder: string;
}

const versionSchema = z.object({ version: z.string() });

/**
 * Packages that the built programs need to run on `target`.
 * @throws Error when npm cannot fetch what the checkout lacks
 */
export async function packagesFor(target: Target): Promise<PackedPackage[]> {
  const wanted = lockedClosure(await importedPackages(join(root, 'dist', 'electron')), target);
  const missing = wanted.filter((one) => !isThere(root, one));
  const elsewhere = missing.length > 0 ? await fetchPackages(missing) : root;
  return wanted.map((one) => ({ ...one, folder: join(missing.includes(one) ? elsewhere : root, one.path) }));
}

function isThere(base: string, { path, version }: Locked): boolean {
  const manifest = join(base, path, 'package.json');
  if (!existsSync(manifest)) return false;
  return versionSchema.parse(JSON.parse(readFileSync(manifest, 'utf8'))).version === version;
}

/** @returns a folder with their `node_modules`, kept for the next time */
async function fetchPackages(missing: readonly Locked[]): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify(missing)).digest('hex').slice(0, 16);
  const folder = join(root, '.cache', 'package', key);
  if (missing.every((one) => isThere(folder, one))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const dependencies = Object.fromEntries(missing.map(({ name, version }) => [name, version]));
  // Without the systems that they are for, by which npm would leave them out here.
  const packages = Object.fromEntries(
    missing.map(({ path, version, integrity }) => [path, { version, integrity }]),
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ lockfileVersion: 3, packages: { '': { dependencies }, ...packages } }),
  );
  say(`Fetching ${Object.keys(dependencies).join(', ')}…`);
  const { code } = await runNpm(
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `--prefix=${folder}`],
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (code !== 0 || !missing.every((one) => isThere(folder, one))) {
    throw new Error(
      `npm could not fetch ${Object.keys(dependencies).join(', ')}: is the registry reachable?`,
    );
  }
  return folder;
}
