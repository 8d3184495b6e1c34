/** Pictures that come inside a data set's file: stored once by what they hold, found again, and gone with their samples. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import sharp from 'sharp';
import { importQuestions } from '../../../src-main/jobs/import/import.ts';
import { removeFromProject } from '../../../src-main/jobs/removal/remove.ts';
import { settlePicture } from '../../../src-main/jobs/pictures/settle.ts';
import { read } from '../../../src-main/store/db.ts';
import { importedIds, listImports } from '../../../src-main/store/exchange/import-log.ts';
import { testProject } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/datasets');

function files(projectPath: string): string[] {
  const folder = join(projectPath, 'stored-pictures');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => `${name.slice(0, 12)}${name.slice(name.indexOf('.'))}`)
    .sort();
}

const PICTURES = ['07da26212f56.jpg', 'e3dd29b6661f.png', 'ee29d3b6ce1c.png'];

async function png(t: TestContext, rgb: string): Promise<string> {
  const file = join(temporaryDir(t), 'a.png');
  await sharp({ create: { width: 9, height: 7, channels: 3, background: rgb } }).toFile(file);
  return file;
}

test('each picture is stored once, by its content and kind; a second import writes nothing', async (t) => {
  const project = await testProject(t, 0);
  const questionsFile = join(GOLDEN, 'hub');
  const first = await importQuestions(project, { questionsFile });
  assert.deepEqual([first.added, first.failed], [4, 0]);
  assert.deepEqual(files(project.path), PICTURES);
  const again = await importQuestions(project, { questionsFile });
  assert.deepEqual([again.added, again.skipped], [0, 4]);
  const rows = read<{ path: string; width: number; height: number; id: number }>(
    project.db,
    'SELECT i.id, i.path, i.width, i.height FROM image i JOIN root r ON r.id = i.root_id WHERE r.path = ? ORDER BY i.path',
  ).all('stored-pictures');
  assert.deepEqual(
    rows.map(({ path, width, height }) => [path.slice(3, 7), width, height]),
    [
      ['07da', 24, 16],
      ['e3dd', 24, 16],
      ['ee29', 20, 12],
    ],
  );
  const settled = await settlePicture(project, rows[0]!.id, { fingerprint: true });
  assert.equal(settled.outcome, 'same');
  // The same pictures out of another container.
  const tsv = await importQuestions(project, { questionsFile: join(GOLDEN, 'vlmevalkit.tsv') });
  assert.deepEqual([tsv.added, tsv.failed], [4, 0]);
  assert.deepEqual(files(project.path), PICTURES);
});

test('bytes that are no picture fail their row, and so do rows that show them; nothing of them stays', async (t) => {
  const project = await testProject(t, 0);
  const file = join(temporaryDir(t), 'bad.tsv');
  const b64 = (text: string) => Buffer.from(text).toString('base64');
  writeFileSync(
    file,
    `index\timage\tquestion\n1\t${b64('this is no picture, whatever it may say of itself and however long')}\ta\n2\t1\tb\n3\t${b64('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>')}\tc\n`,
  );
  const { added, failed, failures } = await importQuestions(project, { questionsFile: file });
  assert.deepEqual([added, failed], [0, 3]);
  assert.ok(failures.every(({ places }) => places.every(({ value }) => value === 'in the file')));
  assert.deepEqual(files(project.path), []);
});

test('a picture whose only row fails later is not kept', async (t) => {
  const project = await testProject(t, 0);
  const file = join(temporaryDir(t), 'one.jsonl');
  const { data } = await sharp(await png(t, '#123456')).toBuffer({ resolveWithObject: true });
  const image = `data:image/png;base64,${data.toString('base64')}`;
  writeFileSync(file, JSON.stringify({ id: 1, image, text: 'q', boxes: [[0, 0, 50, 50]] }));
  const { failed } = await importQuestions(project, { questionsFile: file });
  assert.deepEqual([failed, files(project.path)], [1, []]);
  writeFileSync(file, JSON.stringify({ id: 1, image, text: 'q', boxes: [[0, 0, 5, 5]] }));
  const { added } = await importQuestions(project, { questionsFile: file });
  assert.deepEqual([added, files(project.path).length], [1, 1]);
});

test('pictures go with the last sample that shows them, and a half-written one is written again', async (t) => {
  const project = await testProject(t, 0);
  await importQuestions(project, { questionsFile: join(GOLDEN, 'hub') });
  await importQuestions(project, { questionsFile: join(GOLDEN, 'vlmevalkit-yorn.tsv') });
  const [later, earlier] = listImports(project.db, project.path);
  await removeFromProject(project, importedIds(project.db, earlier!.id));
  assert.deepEqual(files(project.path), ['07da26212f56.jpg'], 'the other import shows it');
  const folder = join(project.path, 'stored-pictures/07');
  writeFileSync(join(folder, readdirSync(folder)[0]!), 'half');
  await importQuestions(project, { questionsFile: join(GOLDEN, 'hub') });
  assert.deepEqual(files(project.path), PICTURES);
  await removeFromProject(project, importedIds(project.db, later!.id));
  assert.deepEqual(files(project.path), PICTURES, 'the first import shows them again');
});

test('an import that is taken back takes its pictures along', async (t) => {
  const project = await testProject(t, 0);
  const controller = new AbortController();
  const options = {
    questionsFile: join(GOLDEN, 'hub'),
    signal: controller.signal,
    onStop: 'take back',
    onProgress: () => controller.abort(),
  } as const;
  await assert.rejects(importQuestions(project, options), { code: 'cancelled' });
  assert.deepEqual(files(project.path), []);
});

test('pictures named by a path are looked for where the file lies', async (t) => {
  const project = await testProject(t, 0);
  const dir = temporaryDir(t);
  copyFileSync(join(GOLDEN, 'llava.parquet'), join(dir, 'llava.parquet'));
  copyFileSync(await png(t, '#ff00ff'), join(dir, 'b.png'));
  writeFileSync(join(dir, 'q.csv'), 'id,file_name,prompt\n1,b.png,what ?\n');
  assert.equal((await importQuestions(project, { questionsFile: join(dir, 'q.csv') })).added, 1);
  const { added, failed } = await importQuestions(project, { questionsFile: join(dir, 'llava.parquet') });
  assert.deepEqual([added, failed], [2, 1], 'sub/b.png is not there');
  rmSync(join(dir, 'b.png'));
});
