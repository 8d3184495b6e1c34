import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import {
  openImport,
  PLAIN_READING,
  type ImportItem,
  type ImportRecord,
  type ReadingOptions,
} from '../../src-main/importers/index.ts';
import { membersOf } from '../../src-main/importers/containers/json-members.ts';
import { readArray } from '../../src-main/importers/containers/json-list-text.ts';
import { readLines } from '../../src-main/importers/containers/lines.ts';

let dir = '';
before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'fovea-import-'));
});
after(() => rm(dir, { recursive: true, force: true }));

async function load(
  content: string | Buffer,
  options?: ReadingOptions,
  name = `in-${Math.random().toString(36).slice(2)}.json`,
): Promise<ImportItem[]> {
  const file = path.join(dir, name);
  await writeFile(file, content);
  const { items } = await openImport(file, options);
  return collect(items);
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

const pathOf = ({ picture }: ImportRecord) => (picture.in === 'folder' ? picture.path : picture.sha256);
const records = (items: ImportItem[]) => items.flatMap((item) => (item.ok ? [item.record] : []));
const problems = (items: ImportItem[]) =>
  items.flatMap((item) => (item.ok ? [] : [`${item.line}: ${item.problem.message}`]));
const notes = (items: ImportItem[]) =>
  items.flatMap((item) => (item.ok ? item.notes.map(({ message }) => message) : []));
const lines = (...rows: object[]): string => rows.map((row) => JSON.stringify(row)).join('\n');

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.slice(i, i + size);
}

const question = { question_id: '1', image: 'a.png', text: 'what ?' };

describe('question rows', () => {
  it('reads the plain form and everything Fovea adds to it', async () => {
    const items = await load(
      [
        '{"question_id": 7, "image": "a/b.png", "text": "<image>\\nwhat is it ?"}',
        '',
        '{"question_id":"x","image":"./c.png","text":"et ça ?","answer":12,"language":"fr","split":"dev","tags":["t"],"boxes":[[1,2,3.5,4]]}',
      ].join('\r\n'),
    );
    assert.deepEqual(
      items.map((item) => item.line),
      [1, 3],
    );
    assert.deepEqual(records(items), [
      {
        externalId: '7',
        picture: { in: 'folder', path: 'a/b.png' },
        question: 'what is it ?',
        referenceAnswer: null,
        language: null,
        split: null,
        tags: [],
        truthBoxes: [],
      },
      {
        externalId: 'x',
        picture: { in: 'folder', path: 'c.png' },
        question: 'et ça ?',
        referenceAnswer: '12',
        language: 'fr',
        split: 'dev',
        tags: ['t'],
        truthBoxes: [[1, 2, 3.5, 4]],
      },
    ]);
    assert.deepEqual(notes(items), []);
  });

  it('says by line what is wrong and goes on', async () => {
    const ok = '{"question_id":1,"image":"a.png","text":"q"}';
    const bad = [
      '{"question_id":1,',
      '[1]',
      '{"caption":"a cat","image":"a.png"}',
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
      '{"question_id":1,"image":"a.png","text":"q","boxes":[[0,0,NaN,1]]}',
      '{"question_id":1,"image":"a.png","text":"q","boxes":[[0,0,1e999,1]]}',
      '{"question_id":1,"image":"a.png","text":"q","tags":"t"}',
      '{"question_id":1,"text":"q"}',
      '{"question_id":1,"image":"https://host/a.png","text":"q"}',
      '{"question_id":1,"image":{"bytes":"aGk="},"text":"q"}',
      '{"question_id":1,"image":"a.png","text":"read by OCR","question":"q"}',
    ];
    const items = await load([ok, ...bad, ok].join('\n'));
    assert.equal(records(items).length, 2);
    const told = problems(items);
    assert.deepEqual(
      told.map((t) => Number(t.split(':')[0])),
      bad.map((_, i) => i + 2),
    );
    const words: Record<number, RegExp> = {
      2: /not valid JSON$/,
      3: /a row is an object/,
      4: /none of the forms/,
      5: /text is missing/,
      6: /text: expected some text/,
      7: /image: expected a path relative/,
      8: /image: expected a path relative/,
      9: /image: a path cannot leave/,
      10: /image: a path cannot leave/,
      13: /boxes: a box is/,
      16: /NaN or Infinity, as Python writes/,
      17: /boxes: a box is|boxes: expected number/,
      18: /tags: expected array/,
      19: /the row names no picture/,
      20: /a web address/,
      21: /bytes that are neither binary nor named/,
      22: /text and question differ/,
    };
    for (const [line, pattern] of Object.entries(words)) assert.match(told[Number(line) - 2]!, pattern);
    for (const item of items) if (!item.ok) assert.ok(item.problem.next);
    const path = items.find(({ line }) => line === 7);
    assert.equal(!path?.ok && path?.problem.value, '"/etc/passwd"');
  });

  it('a JSON list of questions is told from LLaVA’s by its rows, and one file may hold several forms', async () => {
    const talk = { id: 'c', image: 'c.png', conversations: [{ from: 'human', value: 'Who ?' }] };
    for (const text of [JSON.stringify([question, talk]), lines(question, talk)]) {
      assert.deepEqual(
        records(await load(text)).map((r) => [r.externalId, r.question]),
        [
          ['1', 'what ?'],
          ['c', 'Who ?'],
        ],
      );
    }
  });

  it('a row without an id gets one of the file’s name and its number, the same again', async () => {
    const { text, image } = question;
    const rows = lines({ text, image }, question, { text, image });
    const first = await load(rows, undefined, 'train set.v2.jsonl');
    assert.deepEqual(
      records(first).map((r) => r.externalId),
      ['train set.v2-row-1', '1', 'train set.v2-row-3'],
    );
    assert.match(notes(first)[0] ?? '', /no id/);
    assert.deepEqual(await load(rows, undefined, 'train set.v2.jsonl'), first);
    // However the list is broken into lines.
    const list = JSON.stringify([{ text, image }, question, { text, image }]);
    assert.deepEqual(records(await load(list, undefined, 'train set.v2.json')), records(first));
  });

  it('a field that is not read is named, but for what a Fovea export has', async () => {
    const items = await load(lines({ ...question, anwser: 'red' }));
    assert.deepEqual(notes(items), ['its field "anwser" is not read']);
    const own = await load(
      lines({ ...question, schema: 'fovea.sample/2', label: [0, 1], state: 'accepted' }),
    );
    assert.equal(notes(own).length, 1);
    assert.match(notes(own)[0]!, /label and decision were not/);
  });

  it('Q-Zoom: takes uid as id and keeps data set and mode as tags', async () => {
    const items = await load(
      lines({
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
    assert.deepEqual(records(items)[0], {
      externalId: 'u-1',
      picture: { in: 'folder', path: 'x.jpg' },
      question: 'Read it.',
      referenceAnswer: null,
      language: null,
      split: null,
      tags: ['dataset:textvqa', 'mode:natural'],
      truthBoxes: [],
    });
    assert.deepEqual(notes(items), []);
  });
});

describe('the mark of a picture in a question', () => {
  const asked = async (text: string) => {
    const [item] = await load(lines({ ...question, text }));
    return item.ok ? [item.record.question, item.notes.length] : item.problem.message;
  };

  it('in front or behind it goes; within, the text is what LLaVA’s trainer makes of it, and that is said', async () => {
    assert.deepEqual(await asked('<image>\nWhat?'), ['What?', 0]);
    assert.deepEqual(await asked(' <image> What? '), ['What? ', 0]);
    assert.deepEqual(await asked('What?\n<image>'), ['What?', 0]);
    assert.deepEqual(await asked(' as it is '), [' as it is ', 0]);
    // preprocess_multimodal: replace('<image>', '').strip(), then the mark and a line break in front.
    assert.deepEqual(await asked('Look at <image> and name it. '), ['Look at  and name it.', 1]);
    assert.deepEqual(await asked('<|vision_start|><|image_pad|><|vision_end|>What?'), ['What?', 0]);
  });

  it('questions of much white space take no longer than others', { timeout: 20_000 }, async () => {
    const wide = ' '.repeat(19_000);
    const row = { ...question, text: `<image>a${wide}b` };
    // A pattern of white space around the mark takes two seconds for each.
    const items = await load(lines(...Array.from({ length: 50 }, () => row)));
    assert.equal(records(items).length, 50);
    assert.deepEqual(await asked(row.text), [`a${wide}b`, 0]);
    const half = wide.slice(wide.length / 2);
    assert.deepEqual(await asked(`a${half}<image>${half}`), ['a', 0]);
  });

  it('several marks, and tokens that a model has for pictures, are refused by name', async () => {
    assert.match(String(await asked('Compare <image> with <image>')), /marks several pictures/);
    assert.match(String(await asked('What is <|image_pad|> ?')), /tokens that a model has/);
  });
});

describe('a row’s picture', () => {
  const found = async (row: object) => {
    const [item] = await load(lines({ question_id: '1', text: 'q', ...row }));
    return item.ok ? pathOf(item.record) : item.problem.message;
  };

  it('is a path, a list of one, or an object with a path', async () => {
    for (const row of [
      { image: 'a/b.png' },
      { image: ['a/b.png'] },
      { images: ['a/b.png'] },
      { images: 'a/b.png' },
      { image: null, images: [{ path: 'a/b.png', bytes: null }] },
      { image: 'a/b.png', images: ['a/b.png'] },
      { image: './a//b.png', video: null, videos: [] },
    ]) {
      assert.equal(await found(row), 'a/b.png', JSON.stringify(row));
    }
  });

  it('several pictures, videos and none are refused by name', async () => {
    assert.equal(await found({ image: ['a.png', 'b.png'] }), 'the row has several pictures');
    assert.equal(await found({ image: 'a.png', images: ['b.png'] }), 'the row has several pictures');
    assert.equal(await found({ image: 'a.png', video: 'a.mp4' }), 'the row is about a video');
    assert.equal(await found({ image: [] }), 'the row names no picture');
    assert.equal(await found({ image: 7 }), 'image: expected a path');
  });

  it('written with backslashes is read with slashes, and that is said', async () => {
    const [item] = await load(lines({ ...question, image: 'sub\\deep\\a.png' }));
    assert.ok(item.ok);
    assert.equal(pathOf(item.record), 'sub/deep/a.png');
    assert.match(item.notes[0].message, /backslashes/);
    assert.equal(item.notes[0].value, '"sub\\\\deep\\\\a.png"');
    assert.match(await found({ image: 'C:\\data\\a.png' }), /relative to the images folder/);
    assert.match(await found({ image: '\\\\server\\share\\a.png' }), /relative to the images folder/);
  });
});

describe('conversations', () => {
  const one = {
    id: 'a1',
    image: 'coco/1.jpg',
    conversations: [
      { from: 'human', value: '<image>\nWhat is\nthis?' },
      { from: 'gpt', value: 'A cat.' },
      { from: 'human', value: 'And that?' },
      { from: 'gpt', value: 'A dog.' },
      { from: 'human', value: 'Why?' },
    ],
  };

  it('each question is a sample with its own answer, further ones said and tagged; list or lines', async () => {
    const behind = { id: 2, image: '2.jpg', conversations: [{ from: 'human', value: 'Who?\n<image>' }] };
    const list = await load(JSON.stringify([one, behind], null, 2));
    assert.deepEqual(
      records(list).map((r) => [r.externalId, pathOf(r), r.question, r.referenceAnswer, r.tags.join()]),
      [
        ['a1', 'coco/1.jpg', 'What is\nthis?', 'A cat.', ''],
        ['a1-turn-2', 'coco/1.jpg', 'And that?', 'A dog.', 'turn:2'],
        ['a1-turn-3', 'coco/1.jpg', 'Why?', null, 'turn:3'],
        ['2', '2.jpg', 'Who?', null, ''],
      ],
    );
    assert.deepEqual(
      list.map((item) => item.line),
      [2, 2, 2, 28],
    );
    assert.equal(notes(list).filter((note) => /a further question of its conversation/.test(note)).length, 2);
    assert.deepEqual(records(await load(`\ufeff${JSON.stringify([one])}`)), records(list).slice(0, 3));
    assert.deepEqual(
      records(await load(`\ufeff${JSON.stringify(one)}\n${JSON.stringify(behind)}`)),
      records(list),
    );
  });

  it('the first questions alone, where that is asked for: the others are counted', async () => {
    const items = await load(JSON.stringify([one]), { ...PLAIN_READING, turns: 'first' });
    assert.deepEqual(
      records(items).map((r) => r.externalId),
      ['a1'],
    );
    const [item] = items;
    assert.ok(item.ok);
    assert.match(item.notes[0].message, /left out/);
    assert.equal(item.notes[0].value, '2 left out');
  });

  it('messages of chat templates, content in parts, pictures in them or beside them', async () => {
    const parts = (image: object) => [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [image, { type: 'text', text: 'What is it?' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'A tag.' }] },
    ];
    const rows = [
      { id: 1, messages: parts({ type: 'image', image: 'a.png' }) },
      { id: 2, messages: parts({ type: 'image_url', image_url: { url: 'a.png' } }) },
      { id: 3, images: ['a.png'], messages: parts({ type: 'image' }) },
      { id: 4, images: ['a.png'], messages: [{ role: 'user', content: '<image>What is it?' }] },
    ];
    const items = await load(lines(...rows));
    assert.deepEqual(
      records(items).map((r) => [r.externalId, pathOf(r), r.question, r.referenceAnswer]),
      [
        ['1', 'a.png', 'What is it?', 'A tag.'],
        ['2', 'a.png', 'What is it?', 'A tag.'],
        ['3', 'a.png', 'What is it?', 'A tag.'],
        ['4', 'a.png', 'What is it?', null],
      ],
    );
    assert.equal(notes(items).filter((note) => /system turn/.test(note)).length, 3);
  });

  it('tells about rows without a picture, a question or an end', async () => {
    const turn = (from: string, value: unknown) => ({ from, value });
    const rows = [
      { ...one, image: undefined },
      { ...one, conversations: [] },
      { ...one, conversations: [turn('gpt', 'x')] },
      { ...one, conversations: [turn('human', '<image>')] },
      { ...one, conversations: [turn('human', 'a'), turn('human', 'b')] },
      { ...one, conversations: [turn('human', 'a'), turn('tool', 'b')] },
      { ...one, conversations: [turn('human', 7)] },
      { ...one, conversations: ['a'] },
      { ...one, image: ['a.png', 'b.png'] },
    ];
    const text = `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')},\n{"id": 3`;
    assert.deepEqual(problems(await load(text)), [
      '2: the row names no picture',
      '3: conversations: expected a conversation',
      '4: conversations: there is no question in it',
      '5: conversations: question: expected some text',
      '6: question and answer do not alternate',
      '7: conversations: a turn is by a person or by the model',
      '8: conversations: expected the text of a turn',
      '9: conversations: expected turns with "from" and "value", or "role" and "content"',
      '10: the row has several pictures',
      '11: the list is cut off',
    ]);
  });

  it('a question that is wrong fails alone', async () => {
    const conversations = [...one.conversations.slice(0, 2), { from: 'human', value: '<image>' }];
    const items = await load(lines({ ...one, conversations }));
    assert.deepEqual(
      [records(items).length, problems(items)],
      [1, ['1: conversations: question: expected some text']],
    );
    const bad = items[1];
    assert.match((!bad.ok && bad.problem.value) || '', /^question 2/);
  });
});

describe('limits', () => {
  it('a field beyond its limit fails its row, with its length, in every form', async () => {
    const long = 'x'.repeat(1_000_000);
    const rows = [
      { ...question, text: long },
      { ...question, answer: long },
      { ...question, question_id: long },
      { ...question, image: long },
      { ...question, split: long },
      { ...question, tags: [long] },
      { ...question, tags: Array.from({ length: 101 }, (_, n) => `t${n}`) },
      { ...question, boxes: Array.from({ length: 1001 }, () => [0, 0, 1, 1]) },
      { ...question, uid: 'u', dataset: long },
      { id: '1', image: 'a.png', conversations: [{ from: 'human', value: long }] },
      {
        id: '1',
        image: 'a.png',
        conversations: [
          { from: 'human', value: 'q' },
          { from: 'gpt', value: long },
        ],
      },
      { id: '1', images: ['a.png'], messages: [{ role: 'user', content: [{ type: 'text', text: long }] }] },
      {
        id: '1',
        image: 'a.png',
        conversations: Array.from({ length: 1002 }, (_, n) => ({
          from: n % 2 ? 'gpt' : 'human',
          value: 'q',
        })),
      },
    ];
    for (const text of [lines(...rows), JSON.stringify(rows)]) {
      const items = await load(text);
      assert.equal(records(items).length, 0);
      assert.equal(items.length, rows.length);
      for (const item of items) {
        assert.ok(!item.ok);
        const { message, value } = item.problem;
        assert.match(message, /longer than|more than|at most/);
        assert.ok(message.length < 120 && (value ?? '').length < 200, message);
      }
      assert.match((!items[0].ok && items[0].problem.value) || '', /1,000,000 characters/);
    }
  });

  it('a row that is too long fails alone and is not held, in lines and in lists', async () => {
    const long = `{"x":"${'y'.repeat(17 * 1024 * 1024)}"}`;
    const ok = JSON.stringify(question);
    for (const text of [[ok, long, ok].join('\n'), `[${[ok, long, ok].join(',\n')}]`]) {
      const items = await load(text);
      assert.equal(records(items).length, 2);
      assert.match(problems(items)[0] ?? '', /^2: the (line|element) is longer than 16777216 bytes/);
    }
  });
});

describe('files', () => {
  const code = (expected: string) => (error: unknown) =>
    error instanceof FoveaError && error.code === expected && error.next !== null;

  it('a missing file, a folder and a file without a row have their codes', async () => {
    await assert.rejects(openImport(path.join(dir, 'none')), code('not_found'));
    await assert.rejects(openImport(dir), code('bad_input'));
    for (const nothing of ['', ' \n\n', '[]', '[ ]\n'])
      await assert.rejects(load(nothing), code('bad_input'));
  });

  it('files of other kinds are refused by name before a line is read', async () => {
    const others: [Buffer, RegExp][] = [
      [Buffer.from('PAR1....'), /Parquet file cannot be read: it is cut off/],
      [Buffer.from([0x1f, 0x8b, 8, 0]), /gzip/],
      [Buffer.from('PK\u0003\u0004'), /ZIP/],
      [Buffer.from('\ufeff{"a":1}', 'utf16le'), /UTF-16/],
    ];
    for (const [bytes, message] of others) await assert.rejects(load(bytes), { code: 'bad_input', message });
  });

  it('a file that is nothing known is told about line by line', async () => {
    const items = await load(Buffer.concat([Buffer.from([0x89, 0x50, 0xff, 0x0a]), Buffer.from('x')]));
    assert.deepEqual(
      problems(items).map((p) => p.slice(0, 12)),
      ['1: the line ', '2: not valid'],
    );
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

  it('splits any list at any chunk boundary', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (list, size, wide) => {
          const text = JSON.stringify(list, null, wide ? 1 : 0);
          const got = await collect(readArray(pieces(Buffer.from(text), size), 1 << 20));
          assert.deepEqual(
            got.map((e) => JSON.parse(e.text ?? '"problem"') as unknown),
            JSON.parse(text),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('follows the structure of the list, an element that is too long included', async () => {
    const split = async (text: string, most = 1 << 20) =>
      (await collect(readArray(pieces(Buffer.from(text), 3), most))).map((e) => e.text ?? `! ${e.problem}`);
    assert.deepEqual(await split('[]'), []);
    assert.deepEqual(await split(' [ "a,]\\"", {"b":[1,2]} ] '), ['"a,]\\""', '{"b":[1,2]}']);
    assert.deepEqual(await split('[1] 2'), ['1', '! something follows the list']);
    assert.deepEqual(await split('{}'), ['! expected a JSON list']);
    assert.deepEqual(await split('[1,,2]'), ['1', '! an element is missing before a comma']);
    assert.deepEqual(await split('[1'), ['! the list is cut off']);
    assert.deepEqual(await split('[1,"abc, ]def",2]', 6), ['1', '! the element is longer than 6 bytes', '2']);
  });
});

describe('a list in an object', () => {
  const rows = [question, { ...question, question_id: '2', text: 'a "quoted, {brace}" ?' }];

  it('is found under its key, whatever stands around it, with its lines', async () => {
    const info = {
      note: 'rows: [{"text": "no"}]',
      nested: { data: [{ a: 1 }] },
      'escaped \\ " key': [1, 2],
      none: [],
    };
    for (const [text, first] of [
      [JSON.stringify({ ...info, data: rows }), 1],
      [JSON.stringify({ data: rows, ...info }, null, 1), 3],
      [`\ufeff\n${JSON.stringify({ info, questions: rows })}\n`, 2],
    ] as const) {
      const items = await load(text);
      assert.deepEqual(
        records(items).map(({ externalId }) => externalId),
        ['1', '2'],
      );
      assert.equal(items[0]?.line, first);
    }
  });

  it('a single row is a row, and so are lines whose first one is long', async () => {
    const talk = { id: 'c', image: 'c.png', conversations: [{ from: 'human', value: 'Who ?' }] };
    assert.equal(records(await load(JSON.stringify(talk, null, 2).replaceAll('\n', ' '))).length, 1);
    assert.equal(records(await load(lines({ ...talk, extra: 'x'.repeat(200_000) }, question))).length, 2);
  });

  it('several lists are refused with their keys', async () => {
    const refused = { code: 'bad_input', message: /several lists/, where: /"train", "val"/ };
    await assert.rejects(load(JSON.stringify({ train: rows, val: rows })), refused);
  });

  it('its members are the same however the bytes are cut', async () => {
    const json = fc.json({ maxDepth: 4, noUnicodeString: false });
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string(), json),
        fc.integer({ min: 1, max: 40 }),
        async (object, size) => {
          const values = Object.fromEntries(
            Object.entries(object).map(([k, v]) => [k, JSON.parse(v) as unknown]),
          );
          const bytes = Buffer.from(JSON.stringify(values, null, 1));
          const found = await membersOf(pieces(bytes, size));
          assert.deepEqual(
            found?.map(({ key, from, to }) => [
              key,
              JSON.parse(bytes.subarray(from, to).toString()) as unknown,
            ]),
            Object.entries(values),
          );
        },
      ),
      { numRuns: 200 },
    );
    assert.equal(await membersOf(pieces(Buffer.from('{"a": 1'), 3)), null);
    assert.equal(await membersOf(pieces(Buffer.from('{"a": 1}\n{"a": 2}'), 3)), null);
  });
});

describe('what an import says of its file', () => {
  it('names the container by content and the form of each row', async () => {
    const file = path.join(dir, 'lies.csv');
    await writeFile(file, JSON.stringify([question, { conversations: 1 }, { caption: 'x' }]));
    const opened = await openImport(file);
    assert.equal(opened.container.name, 'json-list');
    assert.deepEqual(
      (await collect(opened.items)).map(({ form }) => form),
      ['question', 'conversation', null],
    );
  });
});
