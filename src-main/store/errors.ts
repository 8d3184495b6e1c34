/** SQLite's and the file system's errors as FoveaErrors: what failed, which file, what the person can do. */
import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { diskWords } from '../files/disk-words.ts';

/** Any error thrown by the store or Node's fs as a FoveaError; `where` names the file or folder concerned. */
export function storeError(thrown: unknown, where: string | null): FoveaError {
  if (thrown instanceof FoveaError) return thrown;
  const code = codeOf(thrown);
  const at = { where, cause: thrown };
  const disk = diskWords(code, where);
  if (disk) return new FoveaError(disk.code, disk.message, { ...at, next: disk.next });
  if (code.startsWith('SQLITE_READONLY')) {
    const next = 'Make the folder writable or copy the project elsewhere';
    return new FoveaError('read_only', 'the project cannot be written', { ...at, next });
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return badProject('the database is damaged', where, thrown);
  }
  if (code.startsWith('SQLITE_BUSY') || code === 'SQLITE_LOCKED') {
    const next =
      'Wait until the other program (another Fovea, a backup, a sync tool) is done, then do it again';
    return new FoveaError('project_busy', 'the project is busy: another program writes to it', {
      ...at,
      next,
    });
  }
  if (code.startsWith('SQLITE_CANTOPEN') || /^E[A-Z]+$/.test(code)) {
    const message = `the file or folder cannot be opened (${code})`;
    return new FoveaError('io', message, { ...at, next: 'Check the disk and the folder, then do it again' });
  }
  return FoveaError.from(thrown);
}

/** A folder or file that is not a whole Fovea project. */
export function badProject(message: string, where: string | null, cause?: unknown): FoveaError {
  return new FoveaError('bad_project', message, {
    where,
    next:
      where !== null && basename(where) === 'project.db'
        ? `fovea doctor --repair "${dirname(where)}" makes it whole from what can be read, its copies and its journal; what is there is kept`
        : 'Restore the project folder from a backup, or choose another one',
    cause,
  });
}

function codeOf(thrown: unknown): string {
  if (thrown instanceof Database.SqliteError) return thrown.code;
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return '';
}
