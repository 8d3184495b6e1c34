/** Which pictures of an import are copies of others: by their bytes, whatever they are called and wherever they lie. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { importQuestions } from '../../../src-main/jobs/import/import.ts';
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
  return { dir, bring };
}

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
