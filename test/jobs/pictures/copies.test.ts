/** Which pictures of an import are copies of others: by their bytes, whatever they are called and wherever they lie. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { importQuestions } from '../../../src-main/jobs/import/import.ts';
import { findCopies } from '../../../src-main/jobs/pictures/copies.ts';
import { KnownFingerprints, TakenFingerprints } from '../../../src-main/jobs/pictures/fingerprints.ts';
import { PictureLook } from '../../../src-main/jobs/pictures/look.ts';
import { read } from '../../../src-main/store/db.ts';
import { createProject } from '../../../src-main/store/file/project.ts';
import { copyLines } from '../../../src-shared/contract/copies.ts';
import { writePng } from '../../support/scenes.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

async function start(t: TestContext) {
  const dir = temporaryDir(t);
  const project = await createProject(join(dir, 'project'), 'Test');
  t.after(() => project.close());
  const bring = async (folder: string, names: readonly string[]) => {
    const questionsFile = join(dir, `${folder}.jsonl`);
    const rows = names.map((image, n) =>
      JSON.stringify({ question_id: `${folder}${n}`, image, text: 'Which?' }),
    );
    writeFileSync(questionsFile, rows.join('\n'));
    return importQuestions(project, { imagesDir: join(dir, folder), questionsFile });
  };
  return { dir, project, bring };
}

const NONE = new KnownFingerprints(new TakenFingerprints().packed());

test('copies within an import and of what was there before are counted once each, and named', async (t) => {
  const { dir, bring } = await start(t);
  mkdirSync(join(dir, 'a', 'deep'), { recursive: true });
  mkdirSync(join(dir, 'b'));
  await writePng(join(dir, 'a', '1.png'), 30, 20);
  await writePng(join(dir, 'a', 'other.png'), 31, 20);
  copyFileSync(join(dir, 'a', '1.png'), join(dir, 'a', 'deep', '2.png'));
  copyFileSync(join(dir, 'a', '1.png'), join(dir, 'b', '3.png'));
  const first = await bring('a', ['1.png', 'deep/2.png', 'other.png', '1.png']);
  assert.deepEqual(first.copies, { pictures: 1, groups: [['1.png', 'deep/2.png']], uncompared: 0 });
  const second = await bring('b', ['3.png']);
  assert.deepEqual(second.copies, {
    pictures: 1,
    groups: [['1.png', 'deep/2.png', '3.png']],
    uncompared: 0,
  });
  assert.deepEqual(copyLines(second.copies), [
    '1 picture is a copy of another one, byte for byte',
    '  1.png = deep/2.png = 3.png',
  ]);
  assert.deepEqual((await bring('b', ['3.png'])).copies?.pictures, 0, 'nothing was added');
});

test('files of one length with other bytes are no copies', async (t) => {
  const { dir, bring } = await start(t);
  mkdirSync(join(dir, 'a'));
  await writePng(join(dir, 'a', '1.png'), 30, 20);
  const bytes = readFileSync(join(dir, 'a', '1.png'));
  // Behind the end of the picture, where readers do not look.
  writeFileSync(join(dir, 'a', '1.png'), Buffer.concat([bytes, Buffer.from('x')]));
  writeFileSync(join(dir, 'a', '2.png'), Buffer.concat([bytes, Buffer.from('y')]));
  const { copies } = await bring('a', ['1.png', '2.png']);
  assert.deepEqual(copies, { pictures: 0, groups: [], uncompared: 0 });
  assert.deepEqual(copyLines(copies), []);
});

test('what an import had a fingerprint of while it looked is not read again, and comes to the same', async (t) => {
  const { dir, project, bring } = await start(t);
  mkdirSync(join(dir, 'a'));
  await writePng(join(dir, 'a', '0.png'), 30, 20);
  const small = readFileSync(join(dir, 'a', '0.png'));
  const names = Array.from({ length: 12 }, (_, n) => `${n}.png`);
  // Small ones, and some that do not fit into what is read at first, or at all; two contents of each length.
  const lengths = [small.length + 9, 9000, 70_000];
  for (const [n, name] of names.entries()) {
    const bytes = Buffer.alloc(lengths[n % 3]!, small);
    bytes.fill(n % 4 === 0 ? 1 : 2, small.length);
    writeFileSync(join(dir, 'a', name), bytes);
  }
  const look = new PictureLook(join(dir, 'a'));
  const taken = new TakenFingerprints();
  for (const [i, name] of names.entries()) {
    const { image, sha256 } = await look.look(name);
    assert.equal(sha256 !== null, i >= 3 && i % 3 < 2, `${name} is small and like one before`);
    if (sha256) {
      assert.equal(
        sha256,
        createHash('sha256')
          .update(readFileSync(join(dir, 'a', name)))
          .digest('hex'),
      );
      taken.add(i + 1, image, sha256);
    }
  }
  const { copies } = await bring('a', names);
  assert.equal(copies?.pictures, 6);
  const fromFiles = await findCopies(project, 1, NONE, { stopped: () => false });
  assert.deepEqual(fromFiles, copies);
  assert.equal(read<{ n: number }>(project.db, 'SELECT COUNT(sha256) AS n FROM image').get()!.n, 0);
  // Without their files nothing else says what is in them.
  for (const [n, name] of names.entries()) if (n >= 3 && n % 3 < 2) rmSync(join(dir, 'a', name));
  const known = new KnownFingerprints(taken.packed());
  assert.deepEqual(await findCopies(project, 1, known, { stopped: () => false }), copies);
  assert.equal((await findCopies(project, 1, NONE, { stopped: () => false })).uncompared, 6);
});

test('fingerprints are found by their pictures, while those are as they were', () => {
  const taken = new TakenFingerprints();
  const hex = (n: number): string => createHash('sha256').update(String(n)).digest('hex');
  for (let id = 5; id < 3005; id++) taken.add(id, { bytes: id, mtimeMs: id + 0.5 }, hex(id));
  const known = new KnownFingerprints(taken.packed());
  for (const id of [5, 1028, 1029, 3004]) assert.equal(known.of({ id, bytes: id, mtimeMs: id }), hex(id));
  for (const wrong of [{ id: 4 }, { bytes: 8 }, { mtimeMs: 8 }])
    assert.equal(known.of({ id: 7, bytes: 7, mtimeMs: 7, ...wrong }), null);
});
