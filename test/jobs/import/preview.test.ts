/** What an import would do is what it does, and nothing is written before. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PLAIN_READING } from '../../../src-main/importers/index.ts';
import { importQuestions } from '../../../src-main/jobs/import/import.ts';
import { previewImport } from '../../../src-main/jobs/import/preview.ts';
import { testProject } from '../../support/project.ts';
import { writePng } from '../../support/scenes.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/datasets');
const look = (questionsFile: string, over: object = {}) =>
  previewImport({ questionsFile, reading: PLAIN_READING, whole: true, ...over });

test('a preview says what the file is, shows its first samples, and writes nothing', async () => {
  const before = readdirSync(GOLDEN, { recursive: true }).length;
  const preview = await look(join(GOLDEN, 'vlmevalkit.tsv'), { whole: false });
  assert.deepEqual(preview.container, {
    name: 'table',
    words: 'a table',
    unit: 'line',
    detail: '10 columns, separated by tabs',
  });
  assert.deepEqual(preview.forms, [{ words: 'a row of VLMEvalKit', questions: 4 }]);
  assert.deepEqual([preview.good, preview.failed, preview.whole], [4, 0, true]);
  assert.deepEqual(
    preview.samples.map(({ id, picture, answer, split }) => [id, picture, answer, split]),
    [
      ['0', null, 'A', 'dev'],
      ['1', null, 'B', 'dev'],
      ['2', null, 'A', 'test'],
      ['1000000', null, 'B', 'dev'],
    ],
  );
  assert.equal(readdirSync(GOLDEN, { recursive: true }).length, before);
});

test('a check of the whole file counts and explains as the import then does', async (t) => {
  const dir = temporaryDir(t);
  await writePng(join(dir, 'a.png'), 40, 25);
  writeFileSync(join(dir, 'text.png'), 'no picture');
  const rows = [
    'qid,img,prompt,bbox',
    '1,a.png,ok ?,"[[1, 2, 30, 20]]"',
    '2,missing.png,gone ?,',
    '3,text.png,text ?,',
    '4,a.png,outside ?,"[[1, 2, 300, 20]]"',
    '5,../a.png,up ?,',
    ...Array.from({ length: 1500 }, (_, n) => `n${n},a.png,more ${n} ?,`),
  ];
  const questionsFile = join(dir, 'q.csv');
  writeFileSync(questionsFile, rows.join('\n'));
  const preview = await look(questionsFile);
  assert.deepEqual(preview.columns, {
    names: ['qid', 'img', 'prompt', 'bbox'],
    choice: { qid: 'id', img: 'image', prompt: 'question', bbox: 'boxes' },
  });
  const project = await testProject(t, 0);
  const report = await importQuestions(project, { questionsFile });
  assert.deepEqual([preview.good, preview.failed], [report.added, report.failed]);
  assert.deepEqual([preview.good, preview.failed], [1501, 4]);
  const kinds = ({ failures }: { failures: typeof report.failures }) =>
    failures.map(({ reason, count, places }) => [reason, count, places[0]?.line]).sort();
  assert.deepEqual(kinds(preview), kinds(report));
  assert.equal((await look(questionsFile, { whole: false })).whole, false);
});

test('a folder of pictures is asked one question, ids are paths, and what is no picture is said', async (t) => {
  const dir = temporaryDir(t);
  mkdirSync(join(dir, 'deep/er'), { recursive: true });
  await writePng(join(dir, 'b.png'));
  await writePng(join(dir, 'deep/er/a.picture'));
  writeFileSync(join(dir, 'notes.png'), 'no picture');
  await assert.rejects(look(dir), { code: 'bad_input', message: /holds pictures and no questions/ });
  const reading = { ...PLAIN_READING, question: 'What is it ?' };
  const preview = await look(dir, { reading });
  assert.deepEqual(
    preview.samples.map(({ id, picture, question }) => [id, picture, question]),
    [
      ['b.png', 'b.png', 'What is it ?'],
      ['deep/er/a.picture', 'deep/er/a.picture', 'What is it ?'],
    ],
  );
  assert.deepEqual(
    preview.failures.map(({ reason, places }) => [reason, places[0]?.value]),
    [['the file is no picture', '"notes.png"']],
  );
  const project = await testProject(t, 0);
  const first = await importQuestions(project, { questionsFile: dir, reading });
  assert.deepEqual([first.added, first.failed], [2, 1]);
  const other = await importQuestions(project, {
    questionsFile: dir,
    reading: { ...reading, question: 'And where ?' },
  });
  assert.deepEqual([other.added, other.skipped], [2, 0]);
});

test('a missing images folder and a cancelled check say so', async (t) => {
  const questionsFile = join(GOLDEN, 'pandas.csv');
  const imagesDir = join(temporaryDir(t), 'none');
  await assert.rejects(look(questionsFile, { imagesDir }), { code: 'not_found' });
  await assert.rejects(look(questionsFile, { signal: AbortSignal.abort() }), { code: 'cancelled' });
});
