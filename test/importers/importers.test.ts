import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { openImport } from '../../src-main/importers/index.ts';
import type { ImportItem } from '../../src-main/importers/index.ts';
import { readArray } from '../../src-main/importers/json-array.ts';
import { readLines } from '../../src-main/importers/lines.ts';

let dir = '';
before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'fovea-import-'));
});
after(() => rm(dir, { recursive: true, force: true }));

async function load(content: string | Buffer): Promise<{ format: string; items: ImportItem[] }> {
  const file = path.join(dir, `in-${Math.random().toString(36).slice(2)}`);
  await writeFile(file, content);
  const { format, items } = await openImport(file);
  return { format, items: await collect(items) };
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

const records = (items: ImportItem[]) => items.flatMap((item) => (item.ok ? [item.record] : []));
const problems = (items: ImportItem[]) =>
  items.flatMap((item) => (item.ok ? [] : [`${item.line}: ${item.problem.message}`]));

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.slice(i, i + size);
}

describe('question JSONL', () => {
  it('reads the plain form and everything Fovea adds to it', async () => {
    const { format, items } = await load(
      [
        '{"question_id": 7, "image": "a/b.png", "text": "<image>\\nwhat is it ?"}',
        '',
        '{"question_id":"x","image":"./c.png","text":"et ça ?","answer":12,"language":"fr","split":"dev","tags":["t"],"boxes":[[1,2,3.5,4]],"more":1}',
      ].join('\r\n'),
    );
    assert.equal(format, 'question-jsonl');
    assert.deepEqual(
      items.map((item) => item.line),
      [1, 3],
    );
    assert.deepEqual(records(items), [
      {
        externalId: '7',
        imagePath: 'a/b.png',
        question: 'what is it ?',
        referenceAnswer: null,
        language: null,
        split: null,
        tags: [],
        truthBoxes: [],
      },
      {
        externalId: 'x',
        imagePath: 'c.png',
        question: 'et ça ?',
        referenceAnswer: '12',
        language: 'fr',
        split: 'dev',
        tags: ['t'],
        truthBoxes: [[1, 2, 3.5, 4]],
      },
    ]);
  });

  it('says by line what is wrong and goes on', async () => {
    const ok = '{"question_id":1,"image":"a.png","text":"q"}';
    const bad = [
      '{"question_id":1,',
      '[1]',
      '{"image":"a.png","text":"q"}',
      '{"question_id":1,"image":"a.png"}',
      '{"question_id":1,"image":"a.png","text":"<image>\\n "}',
      '{"question_id":1,"image":"/etc/passwd","text":"q"}',
      '{"question_id":1,"image":"C:\\\\x.png","text":"q"}',
      '{"question_id":1,"image":"a/../../x.png","text":"q"}',
      '{"question_id":1,"image":"a\\\\..\\\\x.png","text":"q"}',
      '{"question_id":1,"image":"a\\u0000.png","text":"q"}',
      '{"question_id":1,"image":"./","text":"q"}',
      '{"question_id":1,"image":"a.png","text":"q","boxes":[[3,0,3,4]]}',
      '{"question_id":1,"image":"a.png","text":"q","boxes":[[0,3,4,3]]}',
      '{"question_id":1,"image":"a.png","text":"q","boxes":[[0,0,1]]}',
      '{"question_id":1,"image":"a.png","text":"q","tags":"t"}',
    ];
    const { items } = await load([ok, ...bad, ok].join('\n'));
    assert.equal(records(items).length, 2);
    const told = problems(items);
    assert.deepEqual(
      told.map((t) => Number(t.split(':')[0])),
      bad.map((_, i) => i + 2),
    );
    assert.match(told[0]!, /^2: not valid JSON/);
    assert.match(told[2]!, /^4: question_id/);
    assert.match(told[3]!, /^5: text is missing/);
    assert.match(told[5]!, /^7: image: expected a path relative/);
    assert.match(told[7]!, /^9: image: a path cannot leave/);
    assert.match(told[11]!, /^13: boxes: a box is/);
    for (const item of items) if (!item.ok) assert.ok(item.problem.next);
  });

  it('a file that is nothing known is told about line by line', async () => {
    const { format, items } = await load(
      Buffer.concat([Buffer.from([0x89, 0x50, 0xff, 0x0a]), Buffer.from('x')]),
    );
    assert.equal(format, 'question-jsonl');
    assert.deepEqual(
      problems(items).map((p) => p.slice(0, 12)),
      ['1: the line ', '2: not valid'],
    );
  });
});

describe('LLaVA JSON', () => {
  const one = {
    id: 'a1',
    image: 'coco/1.jpg',
    conversations: [
      { from: 'human', value: '<image>\nWhat is\nthis?' },
      { from: 'gpt', value: 'A cat.' },
      { from: 'human', value: 'And that?' },
      { from: 'gpt', value: 'A dog.' },
    ],
  };

  it('takes the first turn, list or lines, mark in front or behind', async () => {
    const behind = {
      id: 2,
      image: '2.jpg',
      conversations: [{ from: 'human', value: 'Who?\n<image>' }],
    };
    const list = await load(JSON.stringify([one, behind], null, 2));
    assert.equal(list.format, 'llava-json');
    assert.deepEqual(
      records(list.items).map((r) => [r.externalId, r.imagePath, r.question, r.referenceAnswer]),
      [
        ['a1', 'coco/1.jpg', 'What is\nthis?', 'A cat.'],
        ['2', '2.jpg', 'Who?', null],
      ],
    );
    assert.deepEqual(
      list.items.map((item) => item.line),
      [2, 24],
    );
    const marked = await load(`\ufeff${JSON.stringify([one])}`);
    assert.deepEqual(records(marked.items), [records(list.items)[0]]);
    const lines = await load(`\ufeff${JSON.stringify(one)}\n${JSON.stringify(behind)}`);
    assert.equal(lines.format, 'llava-json');
    assert.deepEqual(records(lines.items), records(list.items));
  });

  it('tells about elements without a picture, a question or an end', async () => {
    const text = `[\n${JSON.stringify({ ...one, image: undefined })},\n${JSON.stringify({ ...one, conversations: [] })},\n${JSON.stringify(
      { ...one, conversations: [{ from: 'gpt', value: 'x' }] },
    )},\n${JSON.stringify({ ...one, conversations: [{ from: 'human', value: '<image>' }] })},\n{"id": 3`;
    const { items } = await load(text);
    assert.deepEqual(problems(items), [
      '2: image is missing',
      '3: conversations: expected a conversation',
      '4: conversations: expected the first turn to be from human',
      '5: conversations.value: expected some text',
      '6: the list is cut off',
    ]);
  });

  it('splits any list at any chunk boundary', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (list, size, wide) => {
          const text = JSON.stringify(list, null, wide ? 1 : 0);
          const got = await collect(readArray(pieces(Buffer.from(text), size)));
          assert.deepEqual(
            got.map((e) => JSON.parse(e.text ?? '"problem"') as unknown),
            JSON.parse(text),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('follows the structure of the list', async () => {
    const split = async (text: string) =>
      (await collect(readArray(pieces(Buffer.from(text), 3)))).map((e) => e.text ?? `! ${e.problem}`);
    assert.deepEqual(await split('[]'), []);
    assert.deepEqual(await split(' [ "a,]\\"", {"b":[1,2]} ] '), ['"a,]\\""', '{"b":[1,2]} ']);
    assert.deepEqual(await split('[1] 2'), ['1', '! something follows the list']);
    assert.deepEqual(await split('{}'), ['! expected a JSON list']);
    assert.deepEqual(await split('[1,,2]'), ['1', '! an element is missing before a comma']);
    assert.deepEqual(await split('[1'), ['! the list is cut off']);
  });
});

describe('Q-Zoom JSONL', () => {
  it('takes uid as id and keeps data set and mode as tags', async () => {
    const { format, items } = await load(
      JSON.stringify({
        uid: 'u-1',
        question_id: 5,
        dataset: 'textvqa',
        image: 'x.jpg',
        text: 'Read it.',
        mode: 'natural',
        short_prompt: true,
        max_new_tokens: 16,
      }),
    );
    assert.equal(format, 'qzoom-jsonl');
    assert.deepEqual(records(items)[0], {
      externalId: 'u-1',
      imagePath: 'x.jpg',
      question: 'Read it.',
      referenceAnswer: null,
      language: null,
      split: null,
      tags: ['dataset:textvqa', 'mode:natural'],
      truthBoxes: [],
    });
  });
});

describe('files', () => {
  const code = (expected: string) => (error: unknown) =>
    error instanceof FoveaError && error.code === expected && error.next !== null;

  it('a missing file, a folder and an empty file have their codes', async () => {
    await assert.rejects(openImport(path.join(dir, 'none')), code('not_found'));
    await assert.rejects(openImport(dir), code('bad_input'));
    await assert.rejects(load(''), code('bad_input'));
    await assert.rejects(load(' \n\n'), code('bad_input'));
  });

  it('lines come out the same at any chunk boundary', async () => {
    const text = 'a\r\nbé\n\nlast';
    for (let size = 1; size < 8; size++) {
      const got = await collect(readLines(pieces(Buffer.from(text), size)));
      assert.deepEqual(
        got.map((l) => l.text),
        ['a', 'bé', '', 'last'],
      );
    }
  });

  it('a line longer than allowed is a problem of that line alone', async () => {
    const got = await collect(readLines(pieces(Buffer.from('ok\n12345\nok'), 2), 4));
    assert.deepEqual(
      got.map((l) => l.text ?? l.problem),
      ['ok', 'the line is longer than 4 bytes', 'ok'],
    );
  });
});
