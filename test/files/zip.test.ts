/** What a zip made on the way holds, as Python's own reader finds it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { zipBytes, zipOf, type ZipEntry } from '../../src-main/files/zip.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const READ = `
import hashlib, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps([[i.filename, i.file_size, i.compress_type, list(i.date_time), i.external_attr >> 16,
                       hashlib.sha256(z.read(i)).hexdigest()] for i in z.infolist()]))
`;

async function* pieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const entry = (name: string, bytes: Uint8Array): ZipEntry => ({
  name,
  bytes: bytes.length,
  modified: new Date(2026, 10, 30, 9, 8, 6),
  read: () => pieces(bytes),
});

const FILES = [
  entry('a-yolo/data.yaml', Buffer.from('path: .\n')),
  entry('a-yolo/images/写真 é/1.png', randomBytes(5000)),
  entry('a-yolo/empty.txt', new Uint8Array(0)),
  entry('a-yolo/large.bin', randomBytes(70_000)),
];

for (const [words, most] of [
  ['as small ones are', undefined],
  // As if 32 bits ended there: the second half of the fields is that of files beyond 4 GiB.
  ['as files beyond 4 GiB are', 4000],
] as const) {
  test(`a zip ${words} is read whole by Python, and has the length that was said before`, async (t) => {
    const file = join(temporaryDir(t), 'a.zip');
    const made: Uint8Array[] = [];
    for await (const piece of zipOf(FILES, most)) made.push(piece);
    const all = Buffer.concat(made);
    assert.equal(all.length, zipBytes(FILES, most));
    writeFileSync(file, all);
    const found: unknown = JSON.parse(execFileSync('python3', ['-c', READ, file], { encoding: 'utf8' }));
    const { createHash } = await import('node:crypto');
    const expected = [];
    for (const { name, bytes, read } of FILES) {
      const hash = createHash('sha256');
      for await (const piece of read()) hash.update(piece);
      expected.push([name, bytes, 0, [2026, 11, 30, 9, 8, 6], 0o100644, hash.digest('hex')]);
    }
    assert.deepEqual(found, expected);
  });
}

test('a file that grows or shrinks on the way ends the zip: what came is shorter than was said', async () => {
  for (const bytes of [4, 6]) {
    const wrong = { ...entry('a.txt', Buffer.from('12345')), bytes };
    let sent = 0;
    await assert.rejects(
      async () => {
        for await (const piece of zipOf([wrong])) sent += piece.length;
      },
      { code: 'conflict' },
    );
    assert.ok(sent < zipBytes([wrong]));
  }
});
