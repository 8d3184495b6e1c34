/** Where a version may be exported to: a folder that is not there, an empty one, or one that this project exported itself. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { isInside } from '../../files/inside.ts';
import { isProject, type Project } from '../../store/file/project.ts';

/** What an exported folder says of itself, beside what the authors' code reads. */
export const VERSION_FILE = 'fovea-version.json';

const versionFileSchema = z.object({
  /** Which project wrote it: when that was made. */
  project: z.string(),
  version: z.object({ id: z.number(), name: z.string() }),
  /** Every file of the folder but this one. */
  files: z.array(z.string()),
});
export type VersionFile = z.infer<typeof versionFileSchema>;

/** Larger, it is none of ours. */
const MOST_BYTES = 1 << 20;

/**
 * The real path of a folder that may be written. @param projectId of the project that exports
 * @throws FoveaError `bad_input` for a place inside a project or a file's name, `conflict` for a folder that is not this project's
 */
export async function versionTarget(project: Project, path: string, projectId: string): Promise<string> {
  const absolute = resolve(path);
  const parent = await realpath(dirname(absolute)).catch(() => null);
  if (parent === null)
    throw new FoveaError('not_found', 'the folder does not exist', {
      where: dirname(absolute),
      next: 'Create it or choose another one',
    });
  const target = join(parent, basename(absolute));
  const real = await realpath(target).catch(() => target);
  if (isInside(await realpath(project.path), real)) {
    throw refused('the version would lie inside the project, among its own files', real);
  }
  const there = await stat(real).catch(() => null);
  if (there === null) return real;
  if (!there.isDirectory()) throw refused('there is a file of that name', real);
  const names = await readdir(real);
  if (names.length === 0) return real;
  if (isProject(real)) throw refused('the folder holds a Fovea project', real);
  const file = await versionFile(real);
  const known = new Set([VERSION_FILE, ...(file?.files ?? []).map((name) => name.split(/[\\/]/, 1)[0]!)]);
  if (file?.project === projectId && names.every((name) => known.has(name))) return real;
  throw new FoveaError('conflict', 'there is a folder already that this project did not export', {
    where: real,
    next: 'Give another name',
  });
}

async function versionFile(folder: string): Promise<VersionFile | null> {
  const path = join(folder, VERSION_FILE);
  const facts = await stat(path).catch(() => null);
  if (!facts?.isFile() || facts.size > MOST_BYTES) return null;
  try {
    return versionFileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

function refused(what: string, where: string): FoveaError {
  return new FoveaError('bad_input', what, { where, next: 'Export to a new folder somewhere else' });
}
