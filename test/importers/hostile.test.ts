/** Files that mean harm: names that lead elsewhere, rows and lists without an end. Each is small; what it claims is not. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { describe, it, test, type TestContext } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { tableRows } from '../../src-main/importers/containers/table.ts';
import { openImport, type ImportItem } from '../../src-main/importers/index.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const SUITES = join(import.meta.dirname, '../golden/suites');
/** What a picture is said to be called. Those with an ending are for fields that are whole names. */
const ELSEWHERE = [
  '../../outside.png',
  'a/../../outside.png',
  '..\\..\\outside.png',
  '/etc/outside.png',
  'C:\\outside.png',
  'file:///etc/outside.png',
  '\\\\server\\share\\outside.png',
  'https://example.org/outside.png',
  'nul\0.png',
] as const;

/** A file as its authors publish it → what is in it that names a picture, and the file with that changed. */
const FILES: Readonly<Record<string, readonly (readonly (string | number)[])[]>> = {
  'chartqa/test_human.json': [[0, 'imgname']],
  'docvqa/val_v1.0_withQT.json': [['data', 0, 'image']],
  'gqa/testdev_balanced_questions.json': [['20602949', 'imageId']],
  'infovqa/infographicsVQA_val_v1.0_withQT.json': [['data', 0, 'image_local_name']],
  'llava-bench/questions.jsonl': [[0, 'image']],
  'llava-instruct/llava_instruct_150k.json': [[0, 'image']],
  'mme-realworld-lite/MME-RealWorld-Lite.json': [[0, 'Image']],
  'ocrbench/OCRBench.json': [[0, 'image_path']],
  'pope/coco_pope_random.json': [[0, 'image']],
  'textvqa/TextVQA_0.5.1_val.json': [['data', 0, 'image_id']],
  'vqav2/v2_OpenEnded_mscoco_val2014_questions.json': [['questions', 0, 'image_id']],
  'vstar/test_questions.jsonl': [[0, 'image']],
  'zoombench/zoombench.json': [[0, 'images', 0]],
};

/** Fovea's own forms, and those of trainers. */
const OWN: Readonly<Record<string, (name: string) => unknown>> = {
  'a question': (image) => ({ id: 'a', image, question: 'What?' }),
  'a list of pictures': (image) => ({ id: 'a', images: [image], question: 'What?' }),
  'an object with a path': (image) => ({ id: 'a', image: { path: image }, question: 'What?' }),
  'a message with parts': (image) => ({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', image },
          { type: 'text', text: 'What?' },
        ],
      },
    ],
  }),
  'Qwen’s rows': (image) => ({ images: [image], messages: [{ role: 'user', content: '<image>What?' }] }),
  'Q-Zoom': (image) => ({ uid: 'a', image, question: 'What?', dataset: 'd' }),
};

async function read(path: string): Promise<ImportItem[]> {
  const all: ImportItem[] = [];
  for await (const item of (await openImport(path)).items) all.push(item);
  return all;
}

/** Where the picture of the first row is looked for, or null where the row is refused. */
async function firstPicture(t: TestContext, name: string, text: string | Buffer): Promise<string | null> {
  const path = join(temporaryDir(t), name);
  writeFileSync(path, text);
  const [first] = await read(path);
  if (!first?.ok) return null;
  assert.equal(first.record.picture.in, 'folder');
  return first.record.picture.in === 'folder' ? first.record.picture.path : null;
}

function assertStays(path: string | null, name: string): void {
  if (path === null) return;
  const parts = path.split('/');
  assert.ok(!parts.includes('..') && !parts.includes(''), `${JSON.stringify(name)} became ${path}`);
  assert.ok(!/[\\\0]|^[A-Za-z]:|:\/\//.test(path), `${JSON.stringify(name)} became ${JSON.stringify(path)}`);
}

/** The text of a JSON file, or one of JSON lines, with one value changed. */
function withValue(text: string, file: string, at: readonly (string | number)[], value: string): string {
  const lines = extname(file) === '.jsonl' || text.trimStart().startsWith('{"question_id"');
  const root = (
    lines
      ? text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown)
      : JSON.parse(text)
  ) as never;
  const parent = at.slice(0, -1).reduce((found, key) => found[key as never], root) as unknown as Record<
    string,
    unknown
  >;
  assert.notEqual(parent[at.at(-1)!], undefined, `${file} has no ${at.join('.')}`);
  parent[at.at(-1)!] = value;
  return lines ? (root as unknown[]).map((one) => JSON.stringify(one)).join('\n') : JSON.stringify(root);
}

describe('a name that leads out of the images folder is refused, or is looked for in it', () => {
  for (const [file, places] of Object.entries(FILES)) {
    it(file, async (t) => {
      const text = readFileSync(join(SUITES, file), 'utf8');
      for (const at of places) {
        const found = await firstPicture(t, 'a.json', withValue(text, file, at, 'inside'));
        if (file.startsWith('vqav2')) assert.equal(found, null);
        else assert.match(found!, /inside/);
        for (const name of ELSEWHERE)
          assertStays(await firstPicture(t, 'a.json', withValue(text, file, at, name)), name);
      }
    });
  }

  for (const [form, rowOf] of Object.entries(OWN)) {
    it(form, async (t) => {
      assert.equal(await firstPicture(t, 'a.jsonl', JSON.stringify(rowOf('in/side.png'))), 'in/side.png');
      for (const name of ELSEWHERE) {
        const found = await firstPicture(t, 'a.jsonl', JSON.stringify(rowOf(name)));
        assert.equal(found, null, `${JSON.stringify(name)} became ${found}`);
      }
    });
  }

  it('COCO', async (t) => {
    for (const name of ELSEWHERE) {
      const file = {
        images: [{ id: 1, file_name: name, width: 9, height: 9 }],
        annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [1, 1, 2, 2] }],
        categories: [{ id: 1, name: '../c' }],
      };
      assert.equal(await firstPicture(t, 'a.json', JSON.stringify(file)), null, name);
    }
  });

  it('columns of a table, of VLMEvalKit and of Parquet', async (t) => {
    for (const name of ELSEWHERE.filter((one) => !one.includes('\0'))) {
      assert.equal(await firstPicture(t, 'a.csv', `id,image,question\n1,"${name}",What?\n`), null, name);
      const kit = `index\tquestion\tanswer\timage_path\n1\tWhat?\tB\t${name}\n`;
      assert.equal(await firstPicture(t, 'a.tsv', kit), null, name);
      const path = join(temporaryDir(t), 'a.parquet');
      const columnData = [
        { name: 'image', data: [name], type: 'STRING' as const },
        { name: 'question', data: ['What?'], type: 'STRING' as const },
      ];
      writeFileSync(path, Buffer.from(parquetWriteBuffer({ columnData })));
      const [first] = await read(path);
      assert.equal(first?.ok, false, name);
    }
  });
});

test('a row of a table that does not end is refused at its limit, and the file is read no further', async (t) => {
  const path = join(temporaryDir(t), 'a.csv');
  writeFileSync(path, `id,question\n1,a\n2,"${'b'.repeat(1_200_000)}\n3,c\n`);
  const rows = [];
  for await (const row of tableRows(path, ['id', 'question'], ',', false, 2 ** 20)) rows.push(row);
  assert.deepEqual(rows[0], { line: 2, fields: { id: '1', question: 'a' } });
  assert.equal(rows.length, 2);
  assert.match(
    'problem' in rows[1]! ? rows[1].problem.message : '',
    /^the row is longer than 1 MiB; nothing behind it/,
  );
});

test('JSON that is nested beyond all sense fails its own row, and what it says stays short', async (t) => {
  const path = join(temporaryDir(t), 'a.jsonl');
  const deep = (open: string, close: string): string => open.repeat(100_000) + close.repeat(100_000);
  const row = (n: number, extra: string): string =>
    `{"id":"q${n}","image":"a.png","question":"What?"${extra}}`;
  const lines = [
    row(1, `,"boxes":${deep('[', ']')}`),
    row(2, `,"answer":${deep('{"a":', '}').replace('}', '1}')}`),
    deep('[', ']'),
    row(3, ''),
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
  const items = await read(path);
  assert.deepEqual(
    items.map(({ ok }) => ok),
    [false, false, false, true],
  );
  for (const item of items)
    if (!item.ok)
      assert.ok(JSON.stringify(item.problem).length < 500, JSON.stringify(item.problem).slice(0, 600));
});

test('a name of fields that every object has is a field like any other', async (t) => {
  const path = join(temporaryDir(t), 'a.jsonl');
  writeFileSync(
    path,
    '{"__proto__":{"image":"other.png"},"constructor":1,"id":"a","image":"a.png","question":"What?"}\n',
  );
  const [first] = await read(path);
  assert.ok(first?.ok && first.record.picture.in === 'folder' && first.record.picture.path === 'a.png');
  assert.equal(({} as { image?: unknown }).image, undefined);
});
