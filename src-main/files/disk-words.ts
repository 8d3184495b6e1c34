/** What a disk that refuses says, in words: which disk, how much of it is free, and what to do. */
import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { FoveaError, type ErrorCode } from '../../src-shared/contract/errors.ts';
import { isTemporaryName } from './temporary.ts';

export interface DiskWords {
  readonly code: ErrorCode;
  readonly message: string;
  readonly next: string;
}

/** A file system of less free space than this is full, whatever SQLite calls it. */
const FULL_BELOW = 256 << 10;
const FREE = 'Free some space on it, then do it again; what was saved before is safe';

/** Writes that SQLite reports as `disk I/O error` whatever lay behind it: a full disk too. */
const FAILED_WRITE =
  /^SQLITE_IOERR(_(WRITE|FSYNC|DIR_FSYNC|TRUNCATE|SHMSIZE|SHMOPEN|SHMMAP|MMAP|BEGIN_ATOMIC|COMMIT_ATOMIC))?$/;

/**
 * @param code of Node (`ENOSPC`) or SQLite (`SQLITE_IOERR_WRITE`)
 * @param where the file or folder concerned
 * @param freeBytes default: what the system says of its disk
 * @returns null for what is no disk's fault
 */
export function diskWords(
  code: string,
  where: string | null,
  freeBytes: (where: string) => number | null = freeOn,
): DiskWords | null {
  const free = where === null ? null : freeBytes(where);
  const full =
    code === 'SQLITE_FULL' ||
    code === 'ENOSPC' ||
    (FAILED_WRITE.test(code) && (free ?? Infinity) < FULL_BELOW);
  if (full) {
    const left = free === null ? '' : ` (${sizeWords(free)} free)`;
    return { code: 'no_space', message: `the disk is full${left}, nothing was saved`, next: FREE };
  }
  switch (code) {
    case 'EDQUOT':
      return {
        code: 'no_space',
        message: 'your quota on this disk is used up, nothing was saved',
        next: 'Delete files of yours on it, or ask for a larger quota, then do it again; what was saved before is safe',
      };
    case 'EROFS':
      return {
        code: 'read_only',
        message: 'the disk is mounted for reading only',
        next: 'Mount it for writing, or copy the project to another disk',
      };
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'read_only',
        message: 'you may not write here',
        next: 'Make the folder and its files writable, or copy the project elsewhere',
      };
    case 'EMFILE':
    case 'ENFILE':
      return {
        code: 'io',
        message: 'too many files are open on this machine',
        next: 'Close other programs, or raise the limit (ulimit -n), then do it again',
      };
    case 'EIO':
      return {
        code: 'io',
        message: 'the disk reports that it cannot be read or written (EIO)',
        next: 'Copy what you can to another disk: this one may be failing, or its cable or share gone',
      };
  }
  if (!code.startsWith('SQLITE_IOERR')) return null;
  const left = free === null ? '' : `, ${sizeWords(free)} are free on it`;
  return {
    code: 'io',
    message: `the disk could not be read or written (${code}${left})`,
    next: 'Check the disk or share that it lies on, then do it again; what was saved before is safe',
  };
}

/**
 * What went wrong with a file or folder, in words of its disk; other errors as they are.
 * @param where takes the place of a temporary name that it was written under, which tells nobody anything
 */
export function diskError(thrown: unknown, where: string): FoveaError {
  if (thrown instanceof FoveaError) {
    const { code, message, next } = thrown;
    const inside = thrown.where?.split(/[\\/]/).some((name) => isTemporaryName(name)) ?? false;
    return inside ? new FoveaError(code, message, { where, next, cause: thrown }) : thrown;
  }
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const disk = diskWords(code, where);
  if (disk) return new FoveaError(disk.code, disk.message, { where, next: disk.next, cause: thrown });
  if (!/^E[A-Z]+$/.test(code)) return FoveaError.from(thrown);
  return new FoveaError('io', `the disk reports ${code}`, {
    where,
    next: 'Check the disk and the folder, then do it again',
    cause: thrown,
  });
}

/** Free bytes of the disk that a file or folder lies on, or would; null where nobody knows. */
function freeOn(where: string): number | null {
  let place = where;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  try {
    const { bavail, bsize } = statfsSync(place);
    return bavail * bsize;
  } catch {
    return null;
  }
}

function sizeWords(bytes: number): string {
  if (bytes < 1e6) return `${Math.floor(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${Math.floor(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
