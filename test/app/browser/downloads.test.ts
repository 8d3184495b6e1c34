/** Over HTTP: an export goes to whoever holds a session's key and the word for it, with its length, as a file of its name. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportWord } from '../../../src-main/app/browser/downloads.ts';
import { startBrowserHost } from '../../../src-main/app/browser/host.ts';
import type { HostBackend } from '../../../src-main/app/host-backend.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

test('only a word is asked with, never a path', () => {
  assert.equal(exportWord('/export/abcdefghijklmnop-_12'), 'abcdefghijklmnop-_12');
  for (const path of ['/export/', '/export/short', '/export/../../etc/passwd', '/export/a%2fbcdefghijklmnop'])
    assert.equal(exportWord(path), null);
});

test('without a session nothing is asked of the backend', async (t) => {
  const dir = temporaryDir(t);
  mkdirSync(join(dir, 'page'));
  writeFileSync(join(dir, 'page', 'index.html'), '<!doctype html>');
  let asked = 0;
  const backend: HostBackend = {
    call: () => Promise.resolve({ projectPath: null } as never),
    subscribe: () => () => undefined,
    imageFile: () => Promise.resolve(null),
    download: () => {
      asked++;
      return Promise.reject(new FoveaError('not_found', 'changed'));
    },
    dispose: () => Promise.resolve(),
  };
  const host = await startBrowserHost({
    backend,
    pageDir: join(dir, 'page'),
    port: 0,
    dataDir: join(dir, 'home'),
  });
  t.after(() => host.close());
  for (const key of ['', '?key=', `?key=${'a'.repeat(43)}`]) {
    const { status } = await fetch(`http://127.0.0.1:${host.port}/export/${'a'.repeat(32)}${key}`);
    assert.equal(status, 401);
  }
  assert.equal(asked, 0);
});
