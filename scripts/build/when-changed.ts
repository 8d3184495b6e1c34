/** Skips a build whose inputs have not changed since it last succeeded. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/paths.mjs';

/** What can change a build; the demo checkpoint and pictures beside the sources cannot. */
const SOURCE = /\.(ts|mjs|cjs|js|json|svelte|css|html|sql|svg)$/;

/**
 * Runs `build` unless `dist/<name>` was built from the same bytes of `inputs` (files and folders of the checkout).
 * Nothing is remembered of a build that throws.
 */
export async function buildWhenChanged(
  name: string,
  inputs: readonly string[],
  build: (outDir: string) => Promise<void>,
): Promise<void> {
  const outDir = join(root, 'dist', name);
  const stamp = join(root, 'dist', `${name}.inputs`);
  const hash = hashOf(inputs);
  if (existsSync(outDir) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  process.stderr.write(`Building ${name}…\n`);
  rmSync(stamp, { force: true });
  mkdirSync(outDir, { recursive: true });
  await build(outDir);
  writeFileSync(stamp, hash);
}

function hashOf(inputs: readonly string[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const file of filesOf(input))
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(root, file)))
        .update('\0');
  }
  return hash.digest('hex');
}

function filesOf(input: string): string[] {
  const path = join(root, input);
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [input];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && SOURCE.test(entry.name) && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter(
      (file) =>
        !file.startsWith(join('models', 'demo', 'scenes')) &&
        !file.startsWith(join('models', 'demo', 'checkpoint')),
    )
    .sort();
}
