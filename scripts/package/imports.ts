/** Which npm packages the built programs import: those go into the package, and what they depend on; nothing else does. */
import { readdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Given by Electron itself. */
const GIVEN = 'electron';

/** Names of packages that the programs in `folder` import, sorted. */
export async function importedPackages(folder: string): Promise<string[]> {
  const programs = readdirSync(folder).filter((file) => /\.[mc]js$/.test(file));
  const { metafile } = await build({
    entryPoints: programs.map((file) => join(folder, file)),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    metafile: true,
    write: false,
    outdir: folder,
    logLevel: 'error',
  });
  const imported = Object.values(metafile.inputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external === true && !isBuiltin(path) && path !== GIVEN)
    .map(({ path }) => packageOf(path));
  return [...new Set(imported)].sort();
}

/** `@scope/name/part` is of the package `@scope/name`. */
function packageOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');
}
