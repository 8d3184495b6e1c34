/**
 * `npm run check`: format, lint, types, layering, in that order, all of them even when one fails, so that one run
 * shows everything there is to mend.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkLayering } from './lint/layering.ts';
import { readSources } from './lint/sources.ts';

const ROOT = join(import.meta.dirname, '..');

function tool(name: string, script: string, args: readonly string[]): boolean {
  const result = spawnSync(process.execPath, [join(ROOT, 'node_modules', script), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  return report(name, result.status === 0);
}

function report(name: string, ok: boolean): boolean {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}`);
  return ok;
}

function layering(): boolean {
  const problems = checkLayering(readSources(ROOT));
  for (const { file, message } of problems) console.log(`${file}: ${message}`);
  return report('layering', problems.length === 0);
}

const results = [
  tool('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']),
  tool('lint', 'eslint/bin/eslint.js', ['--max-warnings', '0', '.']),
  tool('types', 'typescript/bin/tsc', ['-p', '.']),
  ...(existsSync(join(ROOT, 'src-renderer/tsconfig.json'))
    ? [
        tool('svelte types', 'svelte-check/bin/svelte-check', [
          '--tsconfig',
          'src-renderer/tsconfig.json',
          '--fail-on-warnings',
        ]),
      ]
    : []),
  layering(),
];
process.exitCode = results.every(Boolean) ? 0 : 1;
