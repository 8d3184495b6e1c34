/**
 * Looks at a SQLite file before SQLite does: opening a database already writes files beside it, and a project from a
 * newer version, a truncated one or another program's must stay untouched. Offsets: SQLite file format §1.3.
 */
import { closeSync, fstatSync, readSync, statSync } from 'node:fs';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { openPlainSync } from '../../files/plain-file.ts';
import { badProject, storeError } from '../errors.ts';
import { isOpenHere } from './open-here.ts';

/** `PRAGMA application_id` of both files of a project: "Fova". */
export const APPLICATION_ID = 0x466f7661;

const MAGIC = 'SQLite format 3\0';

/**
 * Throws `bad_project` when `file` is missing, truncated, damaged at its head or not Fovea's, and `project_too_new`
 * when its schema is newer than `newest`. Writes nothing. One that is open in this process was looked at then.
 */
export function checkHeader(file: string, newest: number): void {
  let header: Buffer;
  let size: number;
  try {
    // Not a second time where SQLite has it open: closing that handle would drop the locks of this whole process.
    if (isOpenHere(file)) return;
    const fd = openPlainSync(file, { code: 'bad_project', next: 'Give the folder that holds project.db' });
    try {
      header = Buffer.alloc(100);
      size = fstatSync(fd).size;
      if (readSync(fd, header, 0, 100, 0) < 100) throw badProject('the database is truncated', file);
    } finally {
      closeSync(fd);
    }
  } catch (thrown) {
    throw storeError(thrown, file);
  }
  if (header.toString('latin1', 0, 16) !== MAGIC) throw badProject('this is not a SQLite database', file);
  const pageSize = header.readUInt16BE(16) === 1 ? 65536 : header.readUInt16BE(16);
  const pages = header.readUInt32BE(28);
  const pagesAreCurrent = header.readUInt32BE(24) === header.readUInt32BE(92);
  // After a crash or on a full disk the rest may still be in the write-ahead log.
  const logged = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  if (pagesAreCurrent && !logged && pages * pageSize > size)
    throw badProject('the database is truncated', file);
  if (header.readUInt32BE(68) !== APPLICATION_ID) {
    throw badProject('this database was not made by Fovea', file);
  }
  refuseNewer(header.readUInt32BE(60), newest, file);
}

/** Throws `project_too_new` when `version` is one this Fovea does not know. */
export function refuseNewer(version: number, newest: number, file: string): void {
  if (version <= newest) return;
  throw new FoveaError(
    'project_too_new',
    `the project was written by a newer Fovea (schema ${version}, this one knows ${newest})`,
    { where: file, next: 'Update Fovea to open it; nothing was changed' },
  );
}
