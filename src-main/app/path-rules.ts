/** Which folders a page's paths are meant from, and, in a browser, stay under. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';
import { isInside } from '../files/inside.ts';
import type { PathRules } from '../rpc/given-paths.ts';
import { inApp } from './app-root.ts';
import { dataDir } from './data-dir.ts';

/**
 * The rules of a host.
 * @param allow folders that the person named at the start
 */
export function pathRules(
  host: 'electron' | 'browser',
  projectPath: string | null,
  allow: readonly string[] = [],
  workingDir: string = process.cwd(),
): PathRules {
  const own = isProgramsOwn(workingDir);
  const base = own ? documents() : workingDir;
  if (host === 'electron') return { base, roots: null };
  const started = parse(workingDir).root === workingDir ? [] : [workingDir];
  const project = projectPath === null ? [] : [dirname(resolve(projectPath))];
  return { base, roots: [base, ...started, ...project, dataDir(), ...allow.map((dir) => resolve(dir))] };
}

/** The program's folder, or none of anybody's: what a desktop starts programs in. */
function isProgramsOwn(dir: string): boolean {
  return parse(dir).root === dir || isInside(inApp('.'), dir);
}

function documents(): string {
  const folder = join(homedir(), 'Documents');
  return existsSync(folder) ? folder : homedir();
}
