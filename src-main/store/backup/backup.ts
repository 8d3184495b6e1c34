/**
 * Copies of `project.db` by SQLite's own means, so that they are whole while others write: checked, on disk, and never
 * seen half made. `maps.db` is left out: it can be computed again.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type ReadableDb, requireSameFiles } from '../db.ts';
import { sweepTemporary, temporaryBeside } from '../../files/temporary.ts';
import { badProject, storeError } from '../errors.ts';
import { BACKUPS, copyName, listCopies, noRoomFor, pruneCopies } from './copies.ts';

/** Pages copied before others get their turn: some 0.4 MB. */
const PAGES_A_STEP = 100;

/**
 * Copies the open project's database to `file`, which must not be there yet.
 * Throws `bad_input` when it is, `no_space`, `read_only`, `project_replaced`, `bad_project` when the copy is not sound.
 */
export async function backUp(db: ReadableDb, file: string): Promise<void> {
  requireSameFiles(db);
  requireNew(file);
  sweepTemporary(dirname(file));
  await placed(file, async (temporary) => {
    await db.backup(temporary, { progress: () => PAGES_A_STEP });
  });
}

/** As {@link backUp}, at once: before a migration nothing else may happen. */
export function copyAtOnce(db: Database.Database, file: string): void {
  requireNew(file);
  const temporary = temporaryBeside(file);
  try {
    db.prepare('VACUUM INTO ?').run(temporary);
    finish(temporary, file);
  } catch (thrown) {
    discard(temporary);
    throw storeError(thrown, file);
  }
}

/** Outcome of an automatic copy: where it is, or in words why there is none; null: today has one. */
export type Automatic = { readonly file: string } | { readonly leftOut: string } | null;

/** The copy of the day, when there is none yet and there is room. Never throws: a project opens without one too. */
export async function backUpDaily(db: ReadableDb, folder: string, now = new Date()): Promise<Automatic> {
  const name = copyName(now, 'daily');
  const today = /\d{4}-\d{2}-\d{2}/.exec(name)?.[0];
  if (listCopies(folder).some(({ day, kind }) => day === today && kind !== 'manual')) return null;
  try {
    const lack = noRoomFor(folder, statSync(db.name).size);
    if (lack !== null) return { leftOut: lack };
    const file = join(ensureDir(folder), name);
    await backUp(db, file);
    pruneCopies(folder);
    return { file };
  } catch (thrown) {
    return { leftOut: storeError(thrown, folder).message };
  }
}

/**
 * The copy before a migration. @throws FoveaError when it cannot be made although there is room: without a way back
 * nothing is changed
 */
export function backUpBeforeMigration(
  db: Database.Database,
  folder: string,
  schema: number,
  now = new Date(),
): Automatic {
  const lack = noRoomFor(folder, statSync(db.name).size);
  if (lack !== null) return { leftOut: lack };
  const file = join(ensureDir(folder), copyName(now, { beforeSchema: schema }));
  if (!existsSync(file)) copyAtOnce(db, file);
  pruneCopies(folder);
  return { file };
}

export function ensureDir(folder: string): string {
  const dir = join(folder, BACKUPS);
  mkdirSync(dir, { recursive: true });
  return dir;
}

async function placed(file: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = temporaryBeside(file);
  try {
    await make(temporary);
    finish(temporary, file);
  } catch (thrown) {
    discard(temporary);
    throw storeError(thrown, file);
  }
}

/** Checks the copy, makes it one file that stands alone, and gives it its name. */
function finish(temporary: string, file: string): void {
  const copy = new Database(temporary);
  try {
    copy.pragma('journal_mode = DELETE');
    const answer = copy.pragma('quick_check(1)', { simple: true });
    if (answer !== 'ok') throw badProject(`the copy is not sound: ${String(answer)}`, file);
  } finally {
    copy.close();
  }
  const fd = openSync(temporary, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, file);
}

function requireNew(file: string): void {
  if (!existsSync(file)) return;
  throw new FoveaError('bad_input', 'there is a file already', { where: file, next: 'Give another name' });
}

/** Takes a half-made database away, with what SQLite laid beside it. */
export function discard(temporary: string): void {
  for (const ending of ['', '-journal', '-wal', '-shm']) rmSync(temporary + ending, { force: true });
}
