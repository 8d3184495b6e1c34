import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { auditLine } from '../../../src-main/exporters/jsonl.ts';
import { pythonList } from '../../../src-main/importers/logs/python-text.ts';
import { exportSource } from '../../../src-main/jobs/export/source.ts';
import { importLog } from '../../../src-main/jobs/import/log.ts';
import { importQuestions } from '../../../src-main/jobs/import/import.ts';
import { importedFiles, ImportedRows } from '../../../src-main/store/exchange/import-log.ts';
import { read } from '../../../src-main/store/db.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { removeSamples } from '../../../src-main/store/samples/removal.ts';
import { sampleDetail } from '../../../src-main/store/shown/sample-detail.ts';
import { testProject } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { writePng } from '../../support/scenes.ts';

interface Data {
  readonly project: Project;
  readonly dir: string;
  readonly add: (name: string, rows: readonly object[]) => Promise<string>;
  readonly log: (lines: readonly (object | string)[], name?: string) => string;
}

async function setUp(t: TestContext): Promise<Data> {
  const dir = temporaryDir(t);
  await writePng(join(dir, 'a.png'), 40, 25);
  mkdirSync(join(dir, 'logs', 'llava__7b'), { recursive: true });
  const project = await testProject(t, 0);
  const text = (lines: readonly (object | string)[]): string =>
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') + '\n';
  return {
    project,
    dir,
    add: async (name, rows) => {
      const questionsFile = join(dir, name);
      writeFileSync(questionsFile, text(rows));
      await importQuestions(project, { imagesDir: dir, questionsFile });
      return questionsFile;
    },
    log: (lines, name = '20261128_120000_samples_textvqa_val.jsonl') => {
      const file = join(dir, 'logs', 'llava__7b', name);
      writeFileSync(file, text(lines));
      return file;
    },
  };
}

const rows = [
  { question_id: 0, image: 'a.png', text: 'what is the Brand?', answer: 'dakota' },
  { question_id: 1, image: 'missing.png', text: 'where?', answer: 'there' },
  { question_id: 2, image: 'a.png', text: 'how many?', answer: '2' },
];
const post = '\nAnswer the question using a single word or phrase.';
/** As 0.7 writes them. */
const line = (docId: number, question: string, target: string, answer: unknown): object => ({
  doc_id: docId,
  target,
  filtered_resps: answer,
  doc_hash: 'x',
  exact_match: 0.9,
  submission: { question_id: docId, answer },
  input: question + post,
  token_counts: [{ output_tokens: 3 }],
});

test('answers of a log are joined with the samples of their rows, kept apart, shown and exported', async (t) => {
  const { project, add, log } = await setUp(t);
  await add('q.jsonl', rows);
  const file = log([
    line(2, 'How many?', '2', 'two'),
    line(0, 'What is the brand?', "['dakota', \"dakota's\"]", 'Dakota '),
    line(1, 'Where?', 'there', 'here'),
    line(3, 'Who?', 'me', 'you'),
    '{"doc_id": 0, "filtered_resps"',
    {
      doc_id: 2,
      target: '2',
      filtered_resps: [
        [-1.5, false],
        [-2, true],
      ],
      input: 'How many?',
    },
    { doc_id: 2, target: '2', filtered_resps: ['a', 'b'], input: 'How many?' },
    { something: 'else' },
  ]);
  const report = await importLog(project, { logFile: file, questionsFile: null });
  assert.deepEqual(
    [report.added, report.failed, report.model, report.task, report.runs],
    [2, 6, 'llava__7b', 'textvqa_val', 1],
  );
  assert.deepEqual(report.failures.map(({ reason, count }) => [reason, count]).sort(), [
    ['filtered_resps: no text, as of options that were ranked and not answered', 1],
    ['filtered_resps: several answers to one question', 1],
    ['no sample was made of its row', 2],
    ['not valid JSON', 1],
    ['the line is none of a log of lmms-eval: it has no doc_id or no filtered_resps', 1],
  ]);
  const [, { id }] = read<{ id: number }>(project.db, 'SELECT id FROM sample ORDER BY id').all() as [
    unknown,
    { id: number },
  ];
  const detail = sampleDetail(project.db, id);
  assert.deepEqual(detail.outsideAnswers, [
    {
      model: 'llava__7b',
      task: 'textvqa_val',
      run: 1,
      answer: 'two',
      raw: null,
      measures: { exact_match: 0.9, submission: { question_id: 2, answer: 'two' } },
    },
  ]);
  assert.equal(detail.referenceAnswer, '2');
  assert.equal(detail.prediction, null);
  const [first] = exportSource(project.db, project.path);
  const exported = JSON.parse(
    JSON.stringify(auditLine({ sample: first!, prediction: null, label: null, source: null } as never)),
  ) as { outside_answers: { answer: string }[] };
  assert.deepEqual(
    exported.outside_answers.map(({ answer }) => answer),
    ['Dakota '],
  );
  const again = await importLog(project, { logFile: file, questionsFile: null });
  assert.deepEqual([again.added, again.updated, again.skipped], [0, 0, 2]);
});

test('lists of 0.4, filtered answers and several runs of a file are read as what they are', async (t) => {
  const { project, add, log } = await setUp(t);
  await add('q.jsonl', rows);
  const old = (docId: number, question: string, target: string, answer: string): object => ({
    doc_id: docId,
    target,
    filtered_resps: [answer.trim()],
    resps: [[answer]],
    input: question,
  });
  const file = log([
    old(0, rows[0]!.text, 'dakota', ' dakota'),
    old(2, rows[2]!.text, '2', '2'),
    // The file was opened for appending: another run begins.
    old(0, rows[0]!.text, 'dakota', 'sony'),
    old(2, rows[2]!.text, '2', '3'),
  ]);
  const report = await importLog(project, { logFile: file, questionsFile: null, model: 'mine' });
  assert.deepEqual([report.added, report.failed, report.runs], [4, 0, 2]);
  assert.deepEqual(
    sampleDetail(project.db, 1).outsideAnswers.map(({ model, run, answer, raw }) => [
      model,
      run,
      answer,
      raw,
    ]),
    [
      ['mine', 1, 'dakota', ' dakota'],
      ['mine', 2, 'sony', null],
    ],
  );
});

test('a log of another split or data set is not joined by its numbers alone', async (t) => {
  const { project, add, log } = await setUp(t);
  const first = await add('q.jsonl', rows);
  const file = log([line(0, 'What is this animal?', 'cat', 'dog'), line(2, 'how many?', '7', '7')]);
  const report = await importLog(project, { logFile: file, questionsFile: null });
  assert.deepEqual(report.failures.map(({ reason }) => reason).sort(), [
    'its question is another one than that of its row',
  ]);
  assert.equal(report.added, 1, 'the same question is joined, whatever its truth is there');

  const second = await add('r.jsonl', [
    { question_id: 'r0', image: 'a.png', text: 'what is this animal?', answer: 'cat' },
  ]);
  assert.deepEqual(importedFiles(project.db), [second, first]);
  const found = await importLog(project, {
    logFile: log([line(0, 'What is this animal?', 'cat', 'dog')], 'x.jsonl'),
    questionsFile: null,
  });
  assert.deepEqual([found.added, found.questionsFile, found.task], [1, second, 'x']);
  const none = log([line(0, 'Nothing like it?', 'x', 'y')], 'y.jsonl');
  await assert.rejects(importLog(project, { logFile: none, questionsFile: null }), /cannot be told/);
  await assert.rejects(
    importLog(project, { logFile: none, questionsFile: 'z.jsonl' }),
    /was not imported here/,
  );
  assert.equal((await importLog(project, { logFile: none, questionsFile: 'q.jsonl' })).failed, 1);
});

test('rows are known across failed rows, further imports and removals; not where a row gives several samples', async (t) => {
  const { project, add } = await setUp(t);
  const file = await add('q.jsonl', rows.slice(0, 2));
  await add('q.jsonl', [...rows, { question_id: 3, image: 'a.png', text: 'why?' }]);
  const idOf = (externalId: string): number =>
    read<{ id: number }>(project.db, 'SELECT id FROM sample WHERE external_id = ?').get(externalId)!.id;
  const known = new ImportedRows(project.db, file);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((row) => known.sampleOf(row)),
    [idOf('0'), null, idOf('2'), idOf('3'), null],
  );
  const turns = [
    { from: 'human', value: 'a?' },
    { from: 'gpt', value: 'b' },
    { from: 'human', value: 'c?' },
    { from: 'gpt', value: 'd' },
  ];
  const talk = await add('talk.jsonl', [
    { id: 't', image: 'a.png', conversations: turns },
    { id: 'u', image: 'a.png', conversations: turns.slice(0, 2) },
  ]);
  const rowsOfTalk = new ImportedRows(project.db, talk);
  assert.deepEqual([rowsOfTalk.sampleOf(0), rowsOfTalk.sampleOf(1)], [null, idOf('u')]);
  removeSamples(project.db, [idOf('2')]);
  const { log } = { log: join(project.path, '..', 'l.jsonl') };
  writeFileSync(log, JSON.stringify(line(2, 'how many?', '2', '2')) + '\n');
  const report = await importLog(project, { logFile: log, questionsFile: 'q.jsonl' });
  assert.deepEqual(
    report.failures.map(({ reason }) => reason),
    ['the sample of its row was removed'],
  );
});

test('the text that Python has for a list is read and never run', () => {
  assert.deepEqual(pythonList(`['it\\'s', "a 'b'", 'caf\\xe9', '\\u00e9\\n', 3, -1.5, None, True]`), [
    "it's",
    "a 'b'",
    'café',
    'é\n',
    '3',
    '-1.5',
    'None',
    'True',
  ]);
  assert.deepEqual(pythonList('[]'), []);
  assert.deepEqual(pythonList("('a',)"), ['a']);
  for (const text of [
    'a',
    "['a'",
    "['a' 'b']",
    "[__import__('os')]",
    "['a'] + x",
    '[[1]]',
    "['\\ud']",
    '{}',
  ]) {
    assert.equal(pythonList(text), null, text);
  }
});
