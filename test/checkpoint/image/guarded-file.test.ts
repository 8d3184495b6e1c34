/** Names of pictures behind which no file lies: a pipe, a socket, a device, a circle. Each is refused, none is waited for. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeImage, readImageSize } from '../../../src-main/checkpoint/image/decode.ts';
import {
  openPictureFile,
  pictureStat,
  readPictureFile,
} from '../../../src-main/checkpoint/image/guarded-file.ts';
import { pictureNotes } from '../../../src-main/checkpoint/image/shown.ts';
import { makeThumbnail } from '../../../src-main/checkpoint/image/thumbnail.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const unix = { skip: process.platform === 'win32' && 'no named pipes among files' };

test('what is no plain file is refused by its name, by every reader of pictures', unix, async (t) => {
  const dir = temporaryDir(t);
  const at = (name: string): string => join(dir, name);
  execFileSync('mkfifo', [at('pipe.png')]);
  mkdirSync(at('folder.png'));
  symlinkSync('/dev/zero', at('device.png'));
  symlinkSync(at('b.png'), at('a.png'));
  symlinkSync(at('a.png'), at('b.png'));
  symlinkSync(at('nowhere'), at('dangling.png'));
  const server = createServer().listen(at('socket.png'));
  await once(server, 'listening');
  t.after(() => server.close());
  const wanted: Record<string, { code: string; message: RegExp }> = {
    'pipe.png': { code: 'bad_image', message: /it is a named pipe, not a file/ },
    'socket.png': { code: 'bad_image', message: /it is a socket, not a file/ },
    'device.png': { code: 'bad_image', message: /it is a device, not a file/ },
    'folder.png': { code: 'bad_image', message: /it is a folder, not a file/ },
    'a.png': { code: 'io', message: /leads round in a circle/ },
    'dangling.png': { code: 'not_found', message: /is a link to .*nowhere, and nothing is there/ },
  };
  const readers = [
    readImageSize,
    decodeImage,
    pictureNotes,
    pictureStat,
    readPictureFile,
    openPictureFile,
    (path: string) => makeThumbnail(path, 64),
  ];
  for (const [name, want] of Object.entries(wanted)) {
    for (const read of readers) {
      const started = performance.now();
      await assert.rejects(async () => read(at(name)), { ...want, where: at(name) }, `${name} ${read.name}`);
      assert.ok(performance.now() - started < 5000, `${name} was waited for`);
    }
  }
});

test('a file is sent whole, in pieces', async (t) => {
  const path = join(temporaryDir(t), 'large.bin');
  const bytes = Buffer.alloc(2_500_000, 'fovea');
  writeFileSync(path, bytes);
  const { info, chunks } = await openPictureFile(path);
  assert.equal(info.size, bytes.length);
  const parts: Uint8Array[] = [];
  for await (const part of chunks()) parts.push(part);
  assert.equal(parts.length, 3);
  assert.ok(Buffer.concat(parts).equals(bytes));
});
