/**
 * Projects that cannot be written (archives, read-only shares, somebody else's, full disks) open for looking and exporting.
 * SQLite writes beside a database even to read it, and may be unable to here. So a private copy is opened, in the system's
 * temporary folder or in memory, whichever has room, and goes with the project; where neither has, the files themselves,
 * if SQLite can read them as they lie. Whatever writes is refused at the one gate (`db.ts`).
 */
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { attachMaps, connect, MAPS_FILE, PROJECT_FILE } from './connect.ts';
import { type ReadableDb, seal, type WritableDb } from '../db.ts';
import { isRunning } from '../../files/this-process.ts';
import { storeError } from '../errors.ts';
import { LOGS } from './identity.ts';
import { openFiles, type Project } from './open-files.ts';

const PREFIX = 'fovea-look-';
/** A file system of less free space than this is full, whatever SQLite calls it. */
const FULL_BELOW = 256 << 10;
/** Room that must be left beside a copy. */
const SPARE_BYTES = 32 << 20;
/** Somebody may be writing to what is copied: then it is copied again. */
const TRIES = 5;

/** Throws `read_only` when `path` may not be written; also where only its mode says so and the system user could. */
export function requireWritable(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (thrown) {
    throw storeError(thrown, path);
  }
  if ((statSync(path).mode & 0o222) !== 0) return;
  throw storeError(Object.assign(new Error('no write permission'), { code: 'EACCES' }), path);
}

/** What every write to a project gets to hear that failed to open with `error`; null when that is no reason to only look. */
export function whyOnlyToLookAt(error: FoveaError, folder: string): FoveaError | null {
  if (error.code === 'read_only') {
    return new FoveaError(
      'read_only',
      'the project is read-only, open for looking and exporting: its folder cannot be written to',
      {
        where: error.where ?? folder,
        next: 'To decide in it, make the folder and its files writable, or copy the project elsewhere and open the copy',
        cause: error,
      },
    );
  }
  if (error.code !== 'no_space' && !(error.code === 'io' && isFull(folder))) return null;
  return new FoveaError(
    'no_space',
    'the project is read-only, open for looking and exporting: its disk is full',
    { where: folder, next: 'Free some space, then open the project again', cause: error },
  );
}

function isFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < FULL_BELOW;
}

/**
 * Opens the project in `folder` so that it can be read, and every write throws `why`.
 * @throws FoveaError `no_space` when there is room for a copy nowhere, and what opening throws
 */
export function openToLookAt(folder: string, why: FoveaError): Project {
  sweep();
  const dir = roomFor(folder);
  if (dir === null) return openAsItLies(folder, why);
  const copy = mkdtempSync(join(dir.parent, `${PREFIX}${process.pid}-`));
  const discard = (): void => rmSync(copy, { recursive: true, force: true });
  try {
    copyDatabase(join(folder, PROJECT_FILE), join(copy, PROJECT_FILE));
    if (dir.maps) copyDatabase(join(folder, MAPS_FILE), join(copy, MAPS_FILE));
    const { db, close, ...opened } = openFiles(copy);
    seal(db, why);
    return {
      ...opened,
      path: folder,
      db,
      readOnly: why,
      journalProblem: () => null,
      close: () => {
        close();
        discard();
      },
    };
  } catch (thrown) {
    discard();
    throw storeError(thrown, folder);
  }
}

/** A folder for a copy, with room for the decisions and, if possible, the maps, which can be done without. */
function roomFor(folder: string): { readonly parent: string; readonly maps: boolean } | null {
  const [decisions, maps] = [PROJECT_FILE, MAPS_FILE].map((name) =>
    ['', '-wal'].reduce(
      // The log is read into the copy, which grows by as much.
      (sum, ending) =>
        sum + 2 * (statSync(join(folder, name + ending), { throwIfNoEntry: false })?.size ?? 0),
      0,
    ),
  ) as [number, number];
  const free = [tmpdir(), '/dev/shm'].flatMap((parent) => {
    try {
      accessSync(parent, constants.W_OK);
      const { bavail, bsize } = statfsSync(parent);
      return [{ parent, bytes: bavail * bsize - SPARE_BYTES }];
    } catch {
      return [];
    }
  });
  const found = (bytes: number): string | undefined => free.find((one) => one.bytes >= bytes)?.parent;
  const both = found(decisions + maps);
  if (both !== undefined) return { parent: both, maps: true };
  const one = found(decisions);
  return one === undefined ? null : { parent: one, maps: false };
}

/** A database with its log, as both were at one time. */
function copyDatabase(from: string, to: string): void {
  if (!existsSync(from)) return;
  for (let tries = 1; ; tries++) {
    const before = stampOf(from);
    for (const ending of ['', '-wal']) {
      rmSync(to + ending, { force: true });
      if (!existsSync(from + ending)) continue;
      copyFileSync(from + ending, to + ending);
      chmodSync(to + ending, 0o600);
    }
    if (stampOf(from) === before) return;
    if (tries < TRIES) continue;
    throw new FoveaError('project_busy', 'the project is being written to, and cannot be copied meanwhile', {
      where: from,
      next: 'Open it again when the other Fovea is done',
    });
  }
}

function stampOf(file: string): string {
  return ['', '-wal']
    .map((ending) => statSync(file + ending, { bigint: true, throwIfNoEntry: false }))
    .map((found) => (found ? `${found.ino} ${found.size} ${found.mtimeNs}` : ''))
    .join(' ');
}

/** Without a copy: SQLite can read where the files are that it keeps beside a database. */
function openAsItLies(folder: string, why: FoveaError): Project {
  const file = join(folder, PROJECT_FILE);
  const lack = new FoveaError('no_space', 'the project is read-only, and there is no room to copy it to', {
    where: folder,
    next: `Free some space in ${tmpdir()}, or copy the project to a disk with room and open the copy`,
  });
  if (!LOGS.every((ending) => existsSync(file + ending))) throw lack;
  let db: WritableDb | null = null;
  try {
    db = connect(file, true) as WritableDb;
    attachMaps(db, folder);
    db.prepare('SELECT (SELECT 1 FROM project) + (SELECT COUNT(*) FROM maps.sqlite_schema)').get();
  } catch {
    db?.close();
    throw lack;
  }
  const end = (): void => void (db.open && db.close());
  seal(db, why);
  return {
    path: folder,
    databases: folder,
    db: db as ReadableDb as WritableDb,
    readOnly: why,
    mapsRecreated: false,
    beforeMigration: null,
    logAside: null,
    journalProblem: () => null,
    close: end,
  };
}

/** Copies of processes that are no more. */
function sweep(): void {
  for (const parent of [tmpdir(), '/dev/shm']) {
    let names: string[];
    try {
      names = readdirSync(parent);
    } catch {
      continue;
    }
    for (const name of names) {
      const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
      if (pid === undefined || isRunning(Number(pid))) continue;
      try {
        rmSync(join(parent, name), { recursive: true, force: true });
      } catch {
        // Somebody else's.
      }
    }
  }
}
