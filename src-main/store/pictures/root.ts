/**
 * Folders that pictures are referenced from. A root inside the project folder is kept relative, so that such a
 * project can be moved or sent as one folder.
 */
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';

/** Id of the root `dir`, registered when new. `projectPath` is the project's folder. */
export function ensureRoot(db: WritableDb, projectPath: string, dir: string): number {
  const path = storedPath(projectPath, resolve(dir));
  const found = read<{ id: number }>(db, 'SELECT id FROM root WHERE path = ?').get(path);
  return found?.id ?? write(db, 'INSERT INTO root (path) VALUES (?)').run(path).lastId;
}

/** Absolute path of a root. */
export function rootDir(db: ReadableDb, projectPath: string, rootId: number): string {
  const row = read<{ path: string }>(db, 'SELECT path FROM root WHERE id = ?').get(rootId);
  return row ? resolve(projectPath, row.path) : projectPath;
}

/** Where pictures of a root may lie: in the folder that it really was when it was chosen, or where its links led then. */
export interface RootPlace {
  /** As the person named it. */
  readonly dir: string;
  /** The folder behind that name, links resolved; null: not recorded yet (projects of older versions). */
  readonly resolved: string | null;
  /** Folders outside of it that links in it led into, links resolved. */
  readonly links: readonly string[];
}

/** @param realProject the project's folder, links resolved: what lies inside is kept relative to it */
export function rootPlace(
  db: ReadableDb,
  projectPath: string,
  rootId: number,
  realProject: string,
): RootPlace {
  const { resolved } = read<{ resolved: string | null }>(db, 'SELECT resolved FROM root WHERE id = ?').get(
    rootId,
  ) ?? { resolved: null };
  const links = read<{ folder: string }>(db, 'SELECT folder FROM root_link WHERE root_id = ?').all(rootId);
  return {
    dir: rootDir(db, projectPath, rootId),
    resolved: resolved === null ? null : resolve(realProject, resolved),
    links: links.map(({ folder }) => resolve(realProject, folder)),
  };
}

/** Records where a root and the links in it really lead. Links that are recorded already stay. */
export function recordPlace(
  db: WritableDb,
  rootId: number,
  realProject: string,
  { resolved, links }: { readonly resolved: string; readonly links: Iterable<string> },
): void {
  write(db, 'UPDATE root SET resolved = ? WHERE id = ?').run(storedPath(realProject, resolved), rootId);
  for (const folder of links) {
    write(db, 'INSERT OR IGNORE INTO root_link (root_id, folder) VALUES (?, ?)').run(
      rootId,
      storedPath(realProject, folder),
    );
  }
}

/** The roots that pictures are referenced from, with how many there are. */
export function rootsInUse(
  db: ReadableDb,
  projectPath: string,
): { readonly id: number; readonly dir: string; readonly pictures: number }[] {
  return read<{ id: number; path: string; pictures: number }>(
    db,
    `SELECT r.id, r.path, COUNT(*) AS pictures FROM root r JOIN image i ON i.root_id = r.id
     GROUP BY r.id ORDER BY r.id`,
  )
    .all()
    .map(({ id, path, pictures }) => ({ id, dir: resolve(projectPath, path), pictures }));
}

/** Leads a root to another folder; links are recorded anew. In the caller's transaction. */
export function moveRoot(
  db: WritableDb,
  projectPath: string,
  realProject: string,
  rootId: number,
  place: { readonly dir: string; readonly resolved: string; readonly links: Iterable<string> },
): void {
  write(db, 'DELETE FROM root_link WHERE root_id = ?').run(rootId);
  write(db, 'UPDATE root SET path = ? WHERE id = ?').run(storedPath(projectPath, resolve(place.dir)), rootId);
  recordPlace(db, rootId, realProject, place);
}

function storedPath(projectPath: string, dir: string): string {
  const inside = relative(projectPath, dir);
  if (inside === '') return '.';
  if (isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`)) return dir;
  return inside.split(sep).join('/');
}
