/**
 * A copy of `project.db` in the place of the one that is there, or was. What is there is kept beside it under another
 * name, with the log that belongs to it; whoever has it open notices and stops saving.
 */
import {
  copyFileSync,
  existsSync,
  fsyncSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { sweepTemporary, temporaryBeside } from '../../files/temporary.ts';
import { badProject, storeError } from '../errors.ts';
import { checkHeader } from '../file/header.ts';
import { PROJECT_FILE } from '../file/connect.ts';
import { discard } from '../backup/backup.ts';
import { copyName } from '../backup/copies.ts';

/**
 * Puts `file` into the project folder as its database. The copy is checked before anything is touched.
 * @returns where the former database is now, or null when there was none
 * @throws FoveaError `not_found`, `bad_project` for a file that is no sound project database, `project_too_new`,
 *   `read_only`, `no_space`
 */
export function restoreDatabase(folder: string, file: string, now = new Date()): string | null {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new FoveaError('not_found', 'there is no such folder', {
      where: folder,
      next: 'Give the folder of the project',
    });
  }
  if (!existsSync(file)) {
    throw new FoveaError('not_found', 'there is no such copy', {
      where: file,
      next: `Copies lie in ${join(folder, 'backups')}`,
    });
  }
  const temporary = temporaryBeside(join(folder, PROJECT_FILE));
  sweepTemporary(folder);
  try {
    copyFileSync(file, temporary);
    checkHeader(temporary, projectMigrations.at(-1)?.version ?? 0);
    requireSound(temporary, file);
    syncFile(temporary);
    return placeDatabase(folder, temporary, 'before-restore', now);
  } catch (thrown) {
    throw storeError(thrown, file);
  } finally {
    discard(temporary);
  }
}

/** Moves the database that is there aside and `temporary` into its place. @returns where the former one is now */
export function placeDatabase(folder: string, temporary: string, why: string, now: Date): string | null {
  const target = join(folder, PROJECT_FILE);
  const aside = join(folder, `${why}-${copyName(now, 'daily').replace(/^project-|\.db$/g, '')}`);
  const endings = ['', '-wal', '-shm'].filter((ending) => existsSync(target + ending));
  if (endings.length > 0) mkdirSync(aside, { recursive: true });
  for (const ending of endings) renameSync(target + ending, join(aside, PROJECT_FILE + ending));
  renameSync(temporary, target);
  return endings.length > 0 ? aside : null;
}

export function syncFile(path: string): void {
  const fd = openSync(path, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function requireSound(temporary: string, file: string): void {
  const db = new Database(temporary);
  try {
    const answer = db.pragma('quick_check(1)', { simple: true });
    if (answer !== 'ok') throw badProject(`the copy is damaged: ${String(answer)}`, file);
    db.pragma('journal_mode = DELETE');
  } finally {
    db.close();
  }
}
