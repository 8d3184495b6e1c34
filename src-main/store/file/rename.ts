/** The name of a project, which its folder need not have. */
import { type WritableDb, write } from '../db.ts';

/** Gives the project another name. */
export function renameProject(db: WritableDb, name: string): void {
  write(db, 'UPDATE project SET name = ?').run(name);
}
