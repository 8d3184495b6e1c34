/** Data sets as pandas, pyarrow and VLMEvalKit write them (`test/golden/datasets/make.py`). */
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  openImport,
  PLAIN_READING,
  type ImportItem,
  type ImportRecord,
  type ReadingOptions,
} from '../../src-main/importers/index.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const GOLDEN = join(import.meta.dirname, '../golden/datasets');
/** Fingerprints of the script's pictures. */
const RED = 'e3dd29b6661f';
const GREEN = 'ee29d3b6ce1c';
const BLUE = '07da26212f56';

async function load(path: string, reading: ReadingOptions = PLAIN_READING) {
  const { items, ...opened } = await openImport(path, reading);
  const all: ImportItem[] = [];
  for await (const item of items) all.push(item);
  const records = all.flatMap((item) => (item.ok ? [item.record] : []));
  const problems = all.flatMap((item) => (item.ok ? [] : [`${item.line}: ${item.problem.message}`]));
  const notes = all.flatMap((item) => (item.ok ? item.notes.map(({ message }) => message) : []));
  return { ...opened, all, records, problems, notes };
}

const golden = (name: string) => load(join(GOLDEN, name));
const pictureOf = ({ picture }: ImportRecord) =>
  picture.in === 'folder' ? picture.path : picture.sha256.slice(0, 12);

function written(t: TestContext, text: string | Buffer, name = 'data'): string {
  const file = join(temporaryDir(t), name);
  writeFileSync(file, text);
  return file;
}

test('pandas’ CSV: columns by other names are guessed, quotes, line breaks and empty cells are what they were', async () => {
  const { container, columns, records, all, notes } = await golden('pandas.csv');
  assert.equal(container.name, 'table');
  assert.deepEqual(columns?.choice, {
    qid: 'id',
    img_path: 'image',
    prompt: 'question',
    gt: 'answer',
    bbox: 'boxes',
  });
  assert.deepEqual(
    records.map((r) => [r.externalId, pictureOf(r), r.question, r.referenceAnswer, r.truthBoxes]),
    [
      ['11', 'a.png', 'What does the "sign" say, here?', '42', [[1, 2, 3, 4]]],
      ['12', 'sub/b.png', 'Zwei\nZeilen?', null, []],
      ['13', 'a.png', 'ça, ici ?', 'x; y', []],
    ],
  );
  assert.deepEqual(
    all.map(({ line }) => line),
    [2, 3, 5],
  );
  assert.deepEqual([...new Set(notes)], ['its field "column 1" is not read'], 'pandas’ own index');
});

test('a choice of columns has the say over the guess, and what is left out is not noted', async () => {
  const columns = {
    prompt: 'question',
    img_path: 'image',
    gt: '',
    'column 1': 'id',
    qid: '',
    bbox: '',
  } as const;
  const { records, notes } = await load(join(GOLDEN, 'pandas.csv'), { ...PLAIN_READING, columns });
  assert.deepEqual(
    records.map((r) => [r.externalId, r.referenceAnswer, r.truthBoxes]),
    [
      ['0', null, []],
      ['1', null, []],
      ['2', null, []],
    ],
  );
  assert.deepEqual(notes, []);
});

test('tables with CRLF, a byte-order mark, semicolons, tabs; rows that are wrong fail alone', async (t) => {
  const text =
    '\ufeffquestion_id;image;text\r\n1;a.png;"a; b"\r\n\r\n2;a.png\r\n3;../up.png;c\r\n4;/etc/x.png;d\r\n5;a.png;5" wide\r\n';
  const { records, problems, detail } = await load(written(t, text));
  assert.match(detail ?? '', /3 columns, separated by semicolons/);
  assert.deepEqual(
    records.map((r) => [r.externalId, r.question]),
    [
      ['1', 'a; b'],
      ['5', '5" wide'],
    ],
  );
  assert.deepEqual(problems, [
    '4: the row has not as many values as there are columns',
    '5: image: a path cannot leave the images folder with ..',
    '6: image: expected a path relative to the images folder',
  ]);
  const latin = Buffer.from('question_id\timage\ttext\n1\ta.png\tça\n2\ta.png\tb\n', 'latin1');
  const { problems: bad, records: good } = await load(written(t, latin));
  assert.deepEqual([bad, good.map((r) => r.question)], [['2: the row is not UTF-8 text'], ['b']]);
  await assert.rejects(
    load(written(t, 'id,image,image\n1,a.png,b.png\n')),
    /two columns of the table are called "image"/,
  );
  const open = await load(written(t, 'question_id,image,text\n1,a.png,"never closed\n2,a.png,b\n'));
  assert.deepEqual(open.problems, [
    '2: a quotation mark is opened and not closed; nothing behind it was read',
  ]);
});

test('a field of a table beyond its limit fails its row and is not kept', async (t) => {
  const text = `question_id,image,text\n1,a.png,"${'x'.repeat(1_000_000)}"\n2,a.png,b\n`;
  const { problems, records } = await load(written(t, text));
  assert.deepEqual([problems, records.length], [['2: text: longer than 20,000 characters'], 1]);
});

test('VLMEvalKit: base64, pictures of other rows by their index, options in the words of its prompt', async () => {
  const { records, notes, all } = await golden('vlmevalkit.tsv');
  assert.deepEqual(
    records.map((r) => [r.externalId, pictureOf(r), r.referenceAnswer, r.split, r.tags.join()]),
    [
      ['0', RED, 'A', 'dev', 'category:colour'],
      ['1', GREEN, 'B', 'dev', 'category:colour'],
      ['2', GREEN, 'A', 'test', 'category:count'],
      ['1000000', RED, 'B', 'dev', 'category:colour'],
    ],
  );
  // ImageMCQDataset.build_prompt, to the character.
  assert.equal(
    records[0]!.question,
    'Question: Which colour?\nOptions:\nA. red\nB. green\nPlease select the correct answer from the options above. \n',
  );
  assert.match(records[1]!.question, /^Hint: Look at it\nQuestion: Which colour is it\?\nOptions:\n/);
  assert.deepEqual(notes, [
    'an option that VLMEvalKit leaves out, because pandas reads it as missing, was kept',
  ]);
  assert.ok(all.every(({ form }) => form === 'vlmevalkit'));
  const yesNo = await golden('vlmevalkit-yorn.tsv');
  assert.deepEqual(
    yesNo.records.map((r) => [r.question, r.referenceAnswer, pictureOf(r)]),
    [
      ['Is it blue?', 'Yes', BLUE],
      ['Is it red?', 'No', BLUE],
    ],
  );
});

test('VLMEvalKit: what is not one picture of a known row is refused by name', async (t) => {
  const rows = [
    '1\t7\tA row that is not there',
    `2\t"['${'A'.repeat(80)}', 'B']"\tTwo pictures`,
    `3\t${'?'.repeat(80)}\tNo base64`,
    '4\t\tNone',
    `5\t${'A'.repeat(80)}\tCompare <image 1> and <image 2>`,
    '6\tdeep/a.png\tA path',
    '7\t../a.png\tA path',
  ];
  const { problems, records } = await load(written(t, `index\timage\tquestion\n${rows.join('\n')}\n`));
  assert.deepEqual(problems, [
    '2: image: it refers to another row, and no row before it has that index and a picture',
    '3: image: a list of pictures',
    '4: image: expected base64',
    '5: the row names no picture',
    '6: question: it is about several pictures',
    '8: image: a path cannot leave the images folder with ..',
  ]);
  assert.deepEqual(records.map(pictureOf), ['deep/a.png']);
});

test('Parquet: every codec and both kinds of pages give the same rows, binary columns as bytes', async () => {
  const names = readdirSync(GOLDEN).filter((name) => name.startsWith('codec-'));
  assert.equal(names.length, 12);
  for (const name of names) {
    const { records, problems, container, count } = await golden(name);
    assert.equal(container.name, 'parquet');
    assert.equal(await count(), 3);
    assert.deepEqual(
      records.map((r) => [r.externalId, pictureOf(r), r.question, r.referenceAnswer, r.split]),
      [
        ['1', RED, 'one?', null, 'dev'],
        ['3', RED, 'three?', null, 'test'],
      ],
      name,
    );
    assert.deepEqual(problems, ['2: text: expected string, received null']);
  }
});

test('Parquet of the Hub: shards in order, splits by name, pictures in structs, lists, whole numbers beyond 2^53', async () => {
  const { records, container, detail, all } = await golden('hub');
  assert.equal(container.name, 'parquet-folder');
  assert.equal(detail, '3 files; 4 rows; splits train, validation; snappy, zstd, gzip');
  assert.deepEqual(
    records.map((r) => [r.externalId, pictureOf(r), r.split, r.tags, r.truthBoxes]),
    [
      ['9007199254740993', RED, 'train', ['t', 'ü'], [[1, 2, 3.5, 4]]],
      ['2', GREEN, 'train', [], []],
      ['3', RED, 'train', [], []],
      ['4', BLUE, 'validation', [], []],
    ],
  );
  assert.deepEqual(
    all.map(({ line }) => line),
    [1, 2, 3, 4],
  );
});

test('Parquet: LLaVA’s conversations as columns; a picture named by its path where it has no bytes', async () => {
  const { records } = await golden('llava.parquet');
  assert.deepEqual(
    records.map((r) => [r.externalId, pictureOf(r), r.question, r.referenceAnswer, r.tags.join()]),
    [
      ['c1', RED, 'What?', 'Red.', ''],
      ['c1-turn-2', RED, 'Sure?', null, 'turn:2'],
      ['c2', 'sub/b.png', 'Who?', null, ''],
    ],
  );
});

test('Parquet: thousands of rows over many pages, lists that change pages, nothing lost', async () => {
  const { records } = await golden('pages.parquet');
  assert.equal(records.length, 5000);
  for (const [i, { externalId, question, tags }] of records.entries()) {
    const expected = Array.from({ length: i % 4 }, (_, j) => `t${j}`);
    assert.deepEqual([externalId, question, tags], [String(i), `q${i}`, expected]);
  }
});

test('a folder of the Hub that is not whole is refused with what is missing', async (t) => {
  const dir = join(temporaryDir(t), 'set');
  cpSync(join(GOLDEN, 'hub'), dir, { recursive: true });
  const shard = join(dir, 'data/train-00000-of-00002.parquet');
  rmSync(shard);
  await assert.rejects(load(dir), {
    code: 'bad_input',
    message: /a part of the data set is missing/,
    where: shard,
  });
  writeFileSync(shard, 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n');
  await assert.rejects(load(dir), { code: 'bad_input', message: /was not downloaded/, where: shard });
  rmSync(join(dir, 'data'), { recursive: true });
  await assert.rejects(load(dir), { code: 'bad_input', message: /nothing in the folder/ });
});

test('files of a folder whose columns differ are refused; splits come from folders, too', async (t) => {
  const dir = temporaryDir(t);
  mkdirSync(join(dir, 'test'));
  copyFileSync(join(GOLDEN, 'codec-zstd-2.parquet'), join(dir, 'test/0000.parquet'));
  const { records } = await load(dir);
  assert.deepEqual(
    records.map(({ split }) => split),
    ['dev', 'test'],
    'a column of its own has the say',
  );
  copyFileSync(join(GOLDEN, 'llava.parquet'), join(dir, 'test/0001.parquet'));
  await assert.rejects(load(dir), /have different columns/);
});
