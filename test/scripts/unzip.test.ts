/** Archives are unpacked as another program packed them, and damage is seen. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { unzip } from '../../scripts/electron/unzip.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

/** Python's archive of `app/program` (may be run, compressed), `app/words` (as it is) and `app/resources/left-out`. */
const MAKE = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as archive:
    program = zipfile.ZipInfo('app/program')
    program.external_attr = 0o100755 << 16
    archive.writestr(program, b'run ' * 5000, zipfile.ZIP_DEFLATED)
    archive.writestr('app/words', b'words that are kept', zipfile.ZIP_STORED)
    archive.writestr('app/resources/left-out', b'not ours', zipfile.ZIP_DEFLATED)
    archive.writestr(sys.argv[2], b'elsewhere', zipfile.ZIP_STORED) if len(sys.argv) > 2 else None
`;

function archive(t: TestContext, ...names: string[]): { file: string; out: string } {
  const dir = temporaryDir(t);
  const file = join(dir, 'app.zip');
  const made = spawnSync('/usr/bin/python3', ['-c', MAKE, file, ...names], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  return { file, out: join(dir, 'out') };
}

const place = (name: string): string | null =>
  name.startsWith('app/resources/') ? null : name.replace(/^app\//, '');

test('unpacks what is asked for, with the right to run', (t) => {
  const { file, out } = archive(t);
  unzip(file, out, place);
  assert.deepEqual(readdirSync(out).sort(), ['program', 'words']);
  assert.equal(readFileSync(join(out, 'program'), 'utf8'), 'run '.repeat(5000));
  assert.equal(statSync(join(out, 'program')).mode & 0o777, 0o755);
  assert.equal(readFileSync(join(out, 'words'), 'utf8'), 'words that are kept');
});

test('refuses a file with one changed byte, and an archive that is cut off', (t) => {
  const { file, out } = archive(t);
  const whole = readFileSync(file);
  const changed = Buffer.from(whole);
  changed[whole.indexOf('words that are kept') + 3] ^= 1;
  writeFileSync(file, changed);
  assert.throws(() => unzip(file, out, place), /app\/words is damaged/);
  writeFileSync(file, whole.subarray(0, whole.length - 30));
  assert.throws(() => unzip(file, out, place), /no zip archive, or its end is missing/);
});

test('refuses an entry outside of the folder', (t) => {
  const { file, out } = archive(t, 'app/../../outside');
  assert.throws(() => unzip(file, out, place), /outside of its folder/);
  assert.ok(!existsSync(join(out, '..', 'outside')));
});
