/** A disk that refuses is said by its kind, with what is free on it and what to do; never "disk I/O error". */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { diskWords } from '../../src-main/files/disk-words.ts';
import { storeError } from '../../src-main/store/errors.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const of = (code: string, free: number | null = 50_000_000_000) =>
  diskWords(code, '/data/project.db', () => free);

test('11-C24: a full disk is said to be full, whatever SQLite calls it, with what is free', () => {
  for (const code of [
    'SQLITE_FULL',
    'ENOSPC',
    'SQLITE_IOERR',
    'SQLITE_IOERR_WRITE',
    'SQLITE_IOERR_SHMSIZE',
  ]) {
    assert.deepEqual(
      [of(code, 4096)?.code, of(code, 4096)?.message],
      ['no_space', 'the disk is full (4 kB free), nothing was saved'],
      code,
    );
  }
  assert.match(of('SQLITE_FULL')?.next ?? '', /^Free some space on it, .*what was saved before is safe$/);
  assert.equal(of('SQLITE_FULL', null)?.message, 'the disk is full, nothing was saved');
});

test('11-C24: other refusals of a disk are said by their kind', () => {
  for (const [code, kind, message] of [
    [
      'SQLITE_IOERR_WRITE',
      'io',
      /could not be read or written \(SQLITE_IOERR_WRITE, 50\.0 GB are free on it\)/,
    ],
    ['SQLITE_IOERR_READ', 'io', /could not be read or written \(SQLITE_IOERR_READ/],
    ['EDQUOT', 'no_space', /your quota on this disk is used up/],
    ['EROFS', 'read_only', /mounted for reading only/],
    ['EACCES', 'read_only', /you may not write here/],
    ['EMFILE', 'io', /too many files are open/],
    ['EIO', 'io', /\(EIO\)/],
  ] as const) {
    assert.equal(of(code)?.code, kind, code);
    assert.match(of(code)?.message ?? '', message);
    assert.ok(of(code)?.next);
  }
  // A read that fails says nothing of room.
  assert.equal(of('SQLITE_IOERR_READ', 0)?.code, 'io');
  assert.equal(of('SQLITE_CONSTRAINT'), null);
  assert.equal(of('ENOENT'), null);
});

test('11-C24: what the store throws says it in these words', (t) => {
  const dir = temporaryDir(t);
  const failed = storeError(new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_FSYNC'), dir);
  assert.match(failed.message, /^the disk (could not be read or written \(SQLITE_IOERR_FSYNC, |is full)/);
  assert.match(
    storeError(new Database.SqliteError('database or disk is full', 'SQLITE_FULL'), dir).message,
    /^the disk is full \(\d/,
  );
  assert.equal(storeError(Object.assign(new Error('x'), { code: 'EMFILE' }), dir).code, 'io');
});
