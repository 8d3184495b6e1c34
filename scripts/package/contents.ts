/** Which files of an npm package go into the packed app: what runs there, and every word on its licence. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PackedPackage } from './packages.ts';
import { targetName, type Target } from './target.ts';

/** Kept wherever they lie and whatever their ending. */
const LEGAL = /(^|\/)(licen[cs]e|notice|copying|copyright|third-party|authors)[^/]*$/i;
/** For those who develop with a package, not for those who run it. */
const DEVELOPMENT = [
  /\.(map|md|markdown|ts|mts|cts|tsx|tsbuildinfo|flow|gyp|gypi|c|cc|cpp|h|hpp)$/i,
  /(^|\/)(test|tests|__tests__|example|examples|docs|benchmark|\.github)\//,
  /(^|\/)\.[^/]*$/,
];

/** Rules of packages that come with more than one system needs. `true`: the file goes in. */
const OWN_RULES: Readonly<Record<string, (file: string, target: Target) => boolean>> = {
  // SQLite's C sources, and a binary for each of eight systems.
  'better-sqlite3': (file, target) =>
    file.startsWith('prebuilds/')
      ? file === `prebuilds/${targetName(target)}.node`
      : !/^(deps|src)\//.test(file),
  // A binary for each of five systems, macOS's library twice (only the short name is linked to); its install script, which never runs.
  'onnxruntime-node': (file, { platform, arch }) =>
    file.startsWith('bin/')
      ? file.startsWith(`bin/napi-v6/${platform}/${arch}/`) && !/\.\d+\.\d+\.\d+\.dylib$/.test(file)
      : !file.startsWith('script/'),
  sharp: (file) => !/^(src|install)\//.test(file),
  // Everything twice, for import and for require, which nothing here does.
  zod: (file) => !/^src\//.test(file) && !/\.cjs$/.test(file),
};

/** Libvips has the list of what it consists of, with licences, in its README. */
const README_IS_LEGAL = /^@img\/sharp-/;

/** Paths of the package's files that go in, relative to it, `/` between, sorted. */
export function filesOf({ name, folder }: PackedPackage, target: Target): string[] {
  const own = OWN_RULES[name] ?? (() => true);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((file) => !file.startsWith('node_modules/'))
    .filter((file) => {
      if (LEGAL.test(file)) return !/\.(js|cjs|mjs|ts)$/.test(file);
      if (README_IS_LEGAL.test(name) && file === 'README.md') return true;
      return own(file, target) && !DEVELOPMENT.some((pattern) => pattern.test(file));
    })
    .sort();
}
