/**
 * Paths that a page gives. A name alone, or any relative path, is meant from a folder of the person's, never from wherever
 * the program happens to run. Where the page comes over the network interface, however local, what it may read and write
 * by path stays under folders that the person chose: see {@link PathRules}.
 */
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ProcedureName } from '../../src-shared/contract/procedures.ts';
import { isInside } from '../files/inside.ts';

export interface PathRules {
  /** Absolute; what relative paths are meant from. */
  readonly base: string;
  /**
   * Null: any path (a system dialog chose it). Else only what lies under one of these, beside the open project, in a
   * project opened before, or in the home folder outside of its hidden folders, where programs keep what they obey.
   */
  readonly roots: readonly string[] | null;
}

/** Inputs that are paths. `within`: read or written there, so the rules hold; others are looked up only. */
export const PATH_INPUTS: Readonly<
  Partial<Record<ProcedureName, Readonly<Record<string, 'within' | 'anywhere'>>>>
> = {
  'app.pathKind': { path: 'within' },
  'project.open': { path: 'within' },
  'project.create': { path: 'within' },
  'project.demo': { dir: 'within' },
  'project.forget': { path: 'anywhere' },
  'ownPicture.ask': { path: 'within' },
  'import.preview': { imagesDir: 'within', questionsFile: 'within', annotationsPath: 'within' },
  'import.start': { imagesDir: 'within', questionsFile: 'within', annotationsPath: 'within' },
  'import.log': { logFile: 'within', questionsFile: 'anywhere' },
  'import.merge': { fromPath: 'within' },
  'proposals.import': { file: 'within' },
  'pictures.relinkPlan': { from: 'anywhere', to: 'within' },
  'pictures.relink': { from: 'anywhere', to: 'within' },
  'export.target': { path: 'within' },
  'export.start': { path: 'within' },
  'export.offer': { path: 'within' },
};

/** What is open now, and what was. */
export interface PathContext {
  readonly project: string | null;
  readonly recent: () => Promise<readonly string[]>;
}

/**
 * A call's input with its paths made absolute.
 * @throws FoveaError `bad_input` for a path outside of the rules, with what to do
 */
export async function withGivenPaths(
  name: ProcedureName,
  input: unknown,
  rules: PathRules,
  context: PathContext,
): Promise<unknown> {
  const fields = PATH_INPUTS[name];
  if (!fields || typeof input !== 'object' || input === null) return input;
  const taken: Record<string, unknown> = { ...input };
  for (const [field, where] of Object.entries(fields)) {
    const value = taken[field];
    if (typeof value !== 'string' || value.trim() === '') continue;
    const path = absolute(value, rules.base);
    if (where === 'within' && rules.roots && !(await isAllowed(path, rules.roots, context))) {
      throw outside(path);
    }
    taken[field] = path;
  }
  return taken;
}

/** `~/x` is in the home folder, as in a shell. */
function absolute(given: string, base: string): string {
  if (given === '~' || /^~[/\\]/.test(given)) return join(homedir(), given.slice(1));
  return isAbsolute(given) ? resolve(given) : resolve(base, given);
}

async function isAllowed(
  path: string,
  roots: readonly string[],
  { project, recent }: PathContext,
): Promise<boolean> {
  const real = realPlace(path);
  const chosen = [...roots, ...(project === null ? [] : [dirname(project)])];
  if (chosen.some((root) => isInside(realPlace(root), real))) return true;
  const home = realPlace(homedir());
  const hidden = relative(home, real)
    .split(sep)
    .some((part) => part.startsWith('.'));
  if (isInside(home, real) && !hidden) return true;
  return (await recent()).some((known) => isInside(realPlace(known), real));
}

/** Where a path leads: links followed as far as it exists. */
function realPlace(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realPlace(above), relative(above, path));
  }
}

function outside(path: string): FoveaError {
  return new FoveaError('bad_input', 'The page in a browser may not use this place', {
    where: path,
    next:
      'Choose one in your home folder (not a hidden one) or beside the project, ' +
      'or start Fovea with --allow and that folder',
  });
}
