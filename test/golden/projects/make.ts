/**
 * Makes the projects of this folder: checks each version's code out beside this one, works with it on a project (`work.ts`), and
 * keeps the two databases and what that code said of them, packed with Brotli. Needs the repository's history.
 *
 *     node scripts/node.mjs test/golden/projects/make.ts [VERSION…]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { MADE_IN, VERSIONS } from './versions.ts';

const root = resolve(import.meta.dirname, '../../..');
const wanted = process.argv.slice(2);
const work = MADE_IN;

for (const { name, commit } of VERSIONS) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const checkout = mkdtempSync(join(tmpdir(), 'fovea-version-'));
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  git('worktree', 'add', '--quiet', '--force', '--detach', checkout, commit);
  try {
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
    const said = join(work, 'said.json');
    execFileSync(process.execPath, [join(import.meta.dirname, 'work.ts'), checkout, work, said], {
      stdio: 'inherit',
    });
    const folder = join(import.meta.dirname, name);
    mkdirSync(folder, { recursive: true });
    for (const file of ['project/project.db', 'project/maps.db', 'said.json']) {
      const packed = brotliCompressSync(readFileSync(join(work, file)));
      writeFileSync(join(folder, `${file.replace('project/', '')}.br`), packed);
      process.stdout.write(`${name} ${file}: ${packed.length} bytes\n`);
    }
  } finally {
    git('worktree', 'remove', '--force', checkout);
    rmSync(work, { recursive: true, force: true });
  }
}

function git(...args: readonly string[]): void {
  execFileSync('git', ['-C', root, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
}
