/**
 * What an export may write over. Never the project's own folder, another project's databases or a registered picture;
 * what this project exported there, when the person agrees; anybody else's file, only when that is said expressly, and
 * anybody else's folder never: nobody can see what is in it.
 */
import { readdir, realpath, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { EXPORT_FORMATS, type ExportFormat } from '../../../src-shared/contract/export-formats.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ExportTarget } from '../../../src-shared/contract/procedures.ts';
import { isInside } from '../../files/inside.ts';
import { type ReadableDb, read } from '../../store/db.ts';
import { exportedFile } from '../../store/exchange/exported-file.ts';
import { MAPS_FILE, PROJECT_FILE } from '../../store/file/project.ts';
import type { Project } from '../../store/file/project.ts';
import { rootDir } from '../../store/pictures/root.ts';

/** What of a file that is there already may be replaced: nothing, what this project exported there, or anything. */
export type Replace = 'nothing' | 'own' | 'any';

/** A file of a project and what SQLite lays beside it. */
const DATABASE = new RegExp(
  `^(${PROJECT_FILE}|${MAPS_FILE})(-wal|-shm|-journal)?$`.replaceAll('.', '\\.'),
  'i',
);

/** What tells a file or folder apart from the same one with changes in it. */
interface PlaceFacts {
  /** Of all files in it. */
  readonly bytes: number;
  /** Whole milliseconds; of the file in it that was written last. */
  readonly mtimeMs: number;
}

/** Null: there is nothing. */
export async function factsOf(path: string): Promise<PlaceFacts | null> {
  const info = await stat(path).catch(() => null);
  if (!info) return null;
  if (!info.isDirectory()) return { bytes: info.size, mtimeMs: Math.trunc(info.mtimeMs) };
  const facts = { bytes: 0, mtimeMs: 0 };
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    // Whoever puts a folder there touches the one that it lies in.
    const within = await stat(join(entry.parentPath, entry.name)).catch(() => null);
    if (!within) continue;
    if (!within.isDirectory()) facts.bytes += within.size;
    facts.mtimeMs = Math.max(facts.mtimeMs, Math.trunc(within.mtimeMs));
  }
  return facts;
}

/**
 * What lies at `path`, and whose it is.
 * @throws FoveaError `bad_input` when no export of this format may ever go there.
 */
export async function exportTarget(
  project: Project,
  path: string,
  format: ExportFormat,
): Promise<ExportTarget> {
  const { kind } = EXPORT_FORMATS[format];
  const target = await realTarget(path);
  await refuseProject(project, target);
  await refusePicture(project, target, resolve(path));
  // A link counts as what it points to: it is somebody's file.
  const found = await stat(target).catch(() => null);
  if (!found) return { state: 'free', path: target };
  if (found.isDirectory() !== (kind === 'folder')) {
    throw refused(`there is a ${found.isDirectory() ? 'folder' : 'file'} of that name`, target);
  }
  if (found.isDirectory() && (await readdir(target)).length === 0) return { state: 'free', path: target };
  const known = exportedFile(project.db, target);
  const { bytes, mtimeMs } = (await factsOf(target))!;
  const facts = { path: target, bytes, modifiedAt: new Date(mtimeMs).toISOString() };
  return known && known.bytes === bytes && known.mtimeMs === mtimeMs
    ? { state: 'own', ...facts, format: known.format, samples: known.samples, exportedAt: known.exportedAt }
    : { state: 'foreign', ...facts };
}

/**
 * The real path an export to `path` may be written to.
 * @throws FoveaError `bad_input` as {@link exportTarget}; `conflict` when something is there that may not be replaced.
 */
export async function allowedTarget(
  project: Project,
  path: string,
  format: ExportFormat,
  replace: Replace,
): Promise<string> {
  const target = await exportTarget(project, path, format);
  if (target.state === 'own' && replace === 'nothing') {
    throw new FoveaError('conflict', 'an earlier export is there already', {
      where: target.path,
      next: 'Agree to replace it, or give another name',
    });
  }
  if (target.state === 'foreign' && EXPORT_FORMATS[format].kind === 'folder') {
    throw new FoveaError(
      'conflict',
      'there is a folder already with files in it that this project did not export',
      {
        where: target.path,
        next: 'Give another name, or empty that folder yourself',
      },
    );
  }
  if (target.state === 'foreign' && replace !== 'any') {
    throw new FoveaError('conflict', 'there is a file already that this project did not export', {
      where: target.path,
      next: 'Give another name; fovea export --replace replaces it',
    });
  }
  return target.path;
}

/** `path` with the links of its folder resolved: two ways to one file are one target. */
async function realTarget(path: string): Promise<string> {
  const absolute = resolve(path);
  const folder = dirname(absolute);
  return join(await realpath(folder).catch(() => folder), basename(absolute));
}

async function refuseProject(project: Project, target: string): Promise<void> {
  const own = await realpath(project.path);
  if (isInside(own, target)) {
    throw refused('it would lie inside the project, among its own files', target);
  }
  if (DATABASE.test(basename(target))) throw refused("the name is that of a project's database", target);
}

/** A picture of the data, under the name it is registered with or the one its folder really has. */
async function refusePicture(project: Project, target: string, named: string): Promise<void> {
  for (const id of rootIds(project.db)) {
    const dir = rootDir(project.db, project.path, id);
    const folders = new Set([dir, await realpath(dir).catch(() => dir)]);
    for (const folder of folders) {
      for (const path of new Set([target, named])) {
        if (isInside(folder, path) && (await isPicture(project.db, id, relative(folder, path), path))) {
          throw refused('a picture of this project has that name', target);
        }
      }
    }
  }
}

function rootIds(db: ReadableDb): number[] {
  return read<{ id: number }>(db, 'SELECT id FROM root')
    .all()
    .map(({ id }) => id);
}

/** Letters of another case are the same file only where the file system says so. */
async function isPicture(db: ReadableDb, rootId: number, inside: string, path: string): Promise<boolean> {
  const wanted = inside.split(sep).join('/');
  const like = read<{ path: string }>(
    db,
    'SELECT path FROM image WHERE root_id = ? AND lower(path) = lower(?)',
  ).all(rootId, wanted);
  if (like.some((found) => found.path === wanted)) return true;
  const file = await stat(path).catch(() => null);
  if (!file || like.length === 0) return false;
  const root = path.slice(0, path.length - inside.length);
  const others = await Promise.all(like.map((found) => stat(join(root, found.path)).catch(() => null)));
  return others.some((other) => other !== null && sameFile(other, file));
}

function sameFile(a: Stats, b: Stats): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

function refused(what: string, where: string): FoveaError {
  return new FoveaError('bad_input', what, { where, next: 'Export to somewhere else' });
}
