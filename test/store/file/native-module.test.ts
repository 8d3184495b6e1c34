import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireDatabase } from '../../../src-main/store/file/native-module.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';

test('the database’s native module runs here', () => {
  requireDatabase();
});

test('a host with too old a Node-API is named, with what to do, instead of a process that ends without a word', () => {
  for (const [versions, words] of [
    [
      { napi: '9', node: '20.18.1', electron: '33.2.1' },
      /needs Node-API 10, Electron 33\.2\.1 has 9\. Install/,
    ],
    [{ napi: '8', node: '16.0.0' }, /needs Node-API 10, Node 16\.0\.0 has 8\. Install/],
  ] as const) {
    assert.throws(
      () => requireDatabase(versions),
      (error) => error instanceof FoveaError && error.code === 'io' && words.test(error.toLine()),
    );
  }
});
