/** A system of its own for a Debian package: an empty root with dpkg's records, in which nothing else is installed. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDir } from '../../support/temporary-dir.ts';

/** Why no package can be installed into a root of its own here, or false. */
export const NO_DPKG: string | false =
  isThere('dpkg-deb') && isThere('dpkg') ? whoInstalls() : 'there is no dpkg here';

export interface FreshRoot {
  readonly dir: string;
  install(deb: string): void;
  remove(name: string): void;
  /** What of a package's files is not as the package says, in dpkg's words. */
  verify(name: string): string;
  /** All but dpkg's own records, relative to the root. */
  files(): string[];
}

/** @throws Error with dpkg's words when it fails */
export function freshRoot(t: Pick<TestContext, 'after'>): FreshRoot {
  const dir = temporaryDir(t);
  // Whoever the app runs as may read it.
  chmodSync(dir, 0o755);
  const records = join(dir, 'var', 'lib', 'dpkg');
  for (const folder of ['info', 'updates', 'triggers']) mkdirSync(join(records, folder), { recursive: true });
  for (const file of ['status', 'available']) writeFileSync(join(records, file), '');
  const dpkg = (...args: string[]): string => {
    // What it depends on is the machine's, which this root does not know of.
    const { status, stdout, stderr } = spawnSync('dpkg', [`--root=${dir}`, '--force-depends', ...args], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`dpkg ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  return {
    dir,
    install: (deb) => void dpkg('--install', deb),
    remove: (name) => void dpkg('--remove', name),
    verify: (name) => dpkg('--verify', name),
    files: () =>
      readdirSync(dir, { recursive: true, withFileTypes: true })
        .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
        .filter((path) => !/^var(\/lib(\/dpkg(\/.*)?)?)?$/.test(path)),
  };
}

function isThere(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

function whoInstalls(): string | false {
  return process.getuid?.() === 0 ? false : 'only root installs packages, into whatever root';
}
