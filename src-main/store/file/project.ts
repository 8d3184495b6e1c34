/**
 * A project is a folder: `project.db` (what people decide), `maps.db` (attached as `maps`, can be computed again) and
 * `cache/`. A new one is made under a temporary name and renamed, so a half-made project is never seen.
 */
import { existsSync, mkdirSync, readdirSync, rmdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { listCopies } from '../backup/copies.ts';
import { sweepTemporary, temporaryBeside } from '../../files/temporary.ts';
import { type ReadableDb, requireSameFiles } from '../db.ts';
import { attachMaps, connect, MAPS_FILE, PROJECT_FILE } from './connect.ts';
import { badProject, storeError } from '../errors.ts';
import { APPLICATION_ID, checkHeader } from './header.ts';
import { prepareMapsFile } from './maps-file.ts';
import { migrate } from './migrate.ts';
import { isOpenHere } from './open-here.ts';
import { openFiles, type Project } from './open-files.ts';
import { openToLookAt, requireWritable, whyOnlyToLookAt } from './read-only.ts';

export { MAPS_FILE, PROJECT_FILE } from './connect.ts';
export type { Project } from './open-files.ts';

const newest = projectMigrations.at(-1)?.version ?? 0;

/** Whether the folder holds a project (of any version, sound or not). */
export function isProject(path: string): boolean {
  return existsSync(join(path, PROJECT_FILE));
}

/**
 * Opens a project for reading and writing; where it cannot be written, for reading (see `readOnly`). Throws `not_found`,
 * `bad_project`, `project_too_new`, `project_busy`, `no_space`, `io`; nothing is written before those are ruled out.
 */
export function openProject(path: string): Project {
  const folder = resolve(path);
  const file = join(folder, PROJECT_FILE);
  if (!existsSync(file)) {
    if (listCopies(folder).length > 0) throw badProject('project.db is missing, its copies are here', file);
    throw new FoveaError('not_found', 'there is no Fovea project here', {
      where: folder,
      next: 'Give the folder that holds project.db, or make one with fovea demo or fovea import',
    });
  }
  checkHeader(file, newest);
  try {
    for (const one of [folder, file, join(folder, MAPS_FILE)]) if (existsSync(one)) requireWritable(one);
    return openFiles(folder);
  } catch (thrown) {
    const why = whyOnlyToLookAt(storeError(thrown, file), folder);
    if (why === null) throw thrown;
    return openToLookAt(folder, why);
  }
}

/**
 * Opens another project to be read beside the one at hand, checked as any that is opened; nothing is written to it, not even
 * by a migration: a private copy is read. Throws as {@link openProject}, and `conflict` for one that is open in this process.
 */
export function openOther(path: string): Project {
  const folder = resolve(path);
  const file = join(folder, PROJECT_FILE);
  if (!existsSync(file)) {
    throw new FoveaError('not_found', 'there is no Fovea project here', {
      where: folder,
      next: 'Give the folder of the other project, the one that holds project.db',
    });
  }
  if (isOpenHere(file)) {
    throw new FoveaError('conflict', 'that project is open here, so it is no other one', {
      where: folder,
      next: 'Close it, or give another project',
    });
  }
  checkHeader(file, newest);
  const why = new FoveaError('read_only', 'the other project is only read', {
    where: folder,
    next: 'Open it by itself',
  });
  return openToLookAt(folder, why);
}

/**
 * Makes a project at `path` (missing or an empty folder) and opens it. `populate` fills it before anyone can see it;
 * when it throws, nothing is left behind. Throws `bad_input`, `read_only`, `no_space`, `io`.
 */
export async function createProject(
  path: string,
  name: string,
  populate: (project: Project) => Promise<void> = async () => {},
): Promise<Project> {
  const folder = resolve(path);
  requireFree(folder);
  const parent = dirname(folder);
  const temporary = temporaryBeside(folder);
  try {
    mkdirSync(parent, { recursive: true });
    requireWritable(parent);
    sweepTemporary(parent);
    mkdirSync(temporary);
    writeEmptyProject(temporary, name);
    const project = openProject(temporary);
    try {
      await populate(project);
    } finally {
      project.close();
    }
    if (existsSync(folder)) rmdirSync(folder);
    renameSync(temporary, folder);
  } catch (thrown) {
    rmSync(temporary, { recursive: true, force: true });
    throw storeError(thrown, folder);
  }
  return openProject(folder);
}

/**
 * Runs `body` on a second, read-only connection that sees the project as it is now, whatever is written meanwhile.
 * Throws `project_replaced` when another file lies there now.
 */
export async function withSnapshot<T>(project: Project, body: (db: ReadableDb) => Promise<T>): Promise<T> {
  requireSameFiles(project.db);
  const db = connect(join(project.databases, PROJECT_FILE), true);
  try {
    attachMaps(db, project.databases);
    db.exec('BEGIN');
    // The snapshot of each file starts with its first read.
    db.prepare('SELECT (SELECT COUNT(*) FROM project) + (SELECT COUNT(*) FROM maps.sqlite_schema)').get();
    const result = await body(db as ReadableDb);
    // What was read of a file that somebody wrote over meanwhile is a mixture.
    requireSameFiles(project.db);
    return result;
  } finally {
    db.close();
  }
}

function writeEmptyProject(folder: string, name: string): void {
  const db = new Database(join(folder, PROJECT_FILE));
  try {
    db.pragma('journal_mode = WAL');
    migrate(db, projectMigrations, APPLICATION_ID);
    db.prepare('INSERT INTO project (id, name, created_at) VALUES (1, ?, ?)').run(
      name,
      new Date().toISOString(),
    );
  } finally {
    db.close();
  }
  prepareMapsFile(join(folder, MAPS_FILE));
}

function requireFree(folder: string): void {
  if (!existsSync(folder)) return;
  let entries: string[];
  try {
    entries = readdirSync(folder);
  } catch (thrown) {
    throw storeError(thrown, folder);
  }
  requireWritable(folder);
  if (entries.length === 0) return;
  throw new FoveaError('bad_input', 'the folder is not empty and holds no Fovea project', {
    where: folder,
    next: 'Choose an empty or a new folder',
  });
}
