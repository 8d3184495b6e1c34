/**
 * Folders that pictures are referenced from. A root inside the project folder is kept relative, so that such a
 * project can be moved or sent as one folder.
 */
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type ReadableDb, type WritableDb, read, write } from './db.ts';

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

function storedPath(projectPath: string, dir: string): string {
  const inside = relative(projectPath, dir);
  if (inside === '') return '.';
  if (isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`)) return dir;
  return inside.split(sep).join('/');
}
