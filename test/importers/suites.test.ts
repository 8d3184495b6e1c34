import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openImport, PLAIN_READING, type ImportItem } from '../../src-main/importers/index.ts';
import {
  hrbenchQuestion,
  mmeQuestion,
  vstarQuestion,
} from '../../src-main/importers/forms/benchmarks/choice.ts';
import { JsonCut, jsonEntries } from '../../src-main/importers/containers/json-entries.ts';

const GOLDEN = path.join(import.meta.dirname, '..', 'golden', 'suites');

async function read(file: string, annotations: string | null = null): Promise<ImportItem[]> {
  const { items } = await openImport(file, { ...PLAIN_READING, annotations });
  const all: ImportItem[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What one of the rows must become; fields that are not named are not looked at. */
interface Expected {
  readonly id: string;
  /** Null: it stands in the file itself. */
  readonly picture: string | null;
  readonly question: string;
  readonly answer: string | null;
  readonly benchmark?: string;
  readonly answers?: readonly string[];
  readonly options?: readonly string[];
  readonly tags?: readonly string[];
  readonly split?: string | null;
  readonly boxes?: readonly (readonly number[])[];
}

interface Card {
  readonly file: string;
  readonly annotations?: string;
  readonly rows: readonly Expected[];
}

const BY_LETTER = "Answer with the option's letter from the given choices directly.";

const CARDS: Readonly<Record<string, Card>> = {
  'VQA v2': {
    file: 'vqav2/v2_OpenEnded_mscoco_val2014_questions.json',
    annotations: 'vqav2/v2_mscoco_val2014_annotations.json',
    rows: [
      {
        id: '262148000',
        picture: 'COCO_val2014_000000262148.jpg',
        question: 'Where is he looking?',
        answer: 'down',
        benchmark: 'vqav2',
        answers: ['down', 'down', 'at table', 'skateboard', 'down', 'table', 'down', 'down', 'down', 'down'],
        tags: ['benchmark:vqav2', 'answer_type:other'],
        split: 'val2014',
      },
      {
        id: '42000',
        picture: 'COCO_val2014_000000000042.jpg',
        question: 'What number is on the bus?',
        answer: '12',
        answers: ['12', '12', 'twelve', '12', '12', '12', '21', '12', '12', '12'],
      },
    ],
  },
  'VQA v2 without its annotations, as of the test split': {
    file: 'vqav2/v2_OpenEnded_mscoco_val2014_questions.json',
    rows: [
      {
        id: '262148000',
        picture: 'COCO_val2014_000000262148.jpg',
        question: 'Where is he looking?',
        answer: null,
        answers: [],
      },
      {
        id: '42000',
        picture: 'COCO_val2014_000000000042.jpg',
        question: 'What number is on the bus?',
        answer: null,
      },
    ],
  },
  'OK-VQA': {
    file: 'okvqa/OpenEnded_mscoco_val2014_questions.json',
    annotations: 'okvqa/mscoco_val2014_annotations.json',
    rows: [
      {
        id: '2971475',
        picture: 'COCO_val2014_000000297147.jpg',
        question: 'What sport can you use this for?',
        answer: 'race',
        benchmark: 'okvqa',
        answers: ['race', 'race', 'race', 'race', 'race', 'race', 'motocross', 'motocross', 'ride', 'ride'],
      },
    ],
  },
  TextVQA: {
    file: 'textvqa/TextVQA_0.5.1_val.json',
    rows: [
      {
        id: '34602',
        picture: '003a8ae2ef43b901.jpg',
        question: 'what is the brand of this Camera?',
        // Five of the ten say so.
        answer: 'dakota',
        benchmark: 'textvqa',
        answers: [
          'nous les gosses',
          'dakota',
          'clos culombu',
          'dakota digital',
          'dakota',
          'dakota',
          'dakota digital',
          'dakota digital',
          'dakota',
          'dakota',
        ],
        split: 'val',
      },
    ],
  },
  DocVQA: {
    file: 'docvqa/val_v1.0_withQT.json',
    rows: [
      {
        id: '49153',
        picture: 'documents/pybv0228_81.png',
        question: "What is the 'actual' value per 1000, during the year 1975?",
        answer: '0.28',
        benchmark: 'docvqa',
        answers: ['0.28', '0.280'],
        split: 'val',
      },
    ],
  },
  InfographicVQA: {
    file: 'infovqa/infographicsVQA_val_v1.0_withQT.json',
    rows: [
      {
        id: '98313',
        picture: '38313.jpeg',
        question: 'Which platform has the most users?',
        answer: 'facebook',
        benchmark: 'infovqa',
        answers: ['facebook', 'Facebook'],
      },
    ],
  },
  'GQA with its scene graphs': {
    file: 'gqa/testdev_balanced_questions.json',
    annotations: 'gqa/val_sceneGraphs.json',
    rows: [
      {
        id: '20602949',
        picture: 'n288870.jpg',
        question: 'What color is the bag on the chair?',
        answer: 'red',
        benchmark: 'gqa',
        answers: ['red'],
        boxes: [
          [10, 20, 40, 60],
          [5, 40, 105, 240],
        ],
      },
      { id: '20602950', picture: 'n1.jpg', question: 'Is it night?', answer: 'no', boxes: [] },
    ],
  },
  'GQA alone': {
    file: 'gqa/testdev_balanced_questions.json',
    rows: [
      {
        id: '20602949',
        picture: 'n288870.jpg',
        question: 'What color is the bag on the chair?',
        answer: 'red',
        boxes: [],
      },
      { id: '20602950', picture: 'n1.jpg', question: 'Is it night?', answer: 'no' },
    ],
  },
  'V*Bench with its folder': {
    file: 'vstar/test_questions.jsonl',
    annotations: 'vstar',
    rows: [
      {
        id: '0',
        picture: 'direct_attributes/sa_4690.jpg',
        question: `What is the material of the glove?\nA. rubber\nB. cotton\nC. kevlar\nD. leather\n${BY_LETTER}\n${BY_LETTER}`,
        answer: 'A',
        benchmark: 'vstar',
        answers: ['A'],
        options: ['rubber', 'cotton', 'kevlar', 'leather'],
        tags: ['benchmark:vstar', 'category:direct_attributes'],
        boxes: [[1542, 1028, 1566, 1058]],
      },
      {
        id: '115',
        picture: 'relative_position/sa_10033.jpg',
        question: `Is the dog on the left or right side of the bicycle?\nA. right\nB. left\n${BY_LETTER}\n${BY_LETTER}`,
        answer: 'B',
        options: ['right', 'left'],
        boxes: [],
      },
    ],
  },
  POPE: {
    file: 'pope/coco_pope_random.json',
    rows: [
      {
        id: '1',
        picture: 'COCO_val2014_000000310196.jpg',
        question: 'Is there a snowboard in the image?',
        answer: 'yes',
        benchmark: 'pope',
        answers: ['yes'],
      },
      {
        id: '2',
        picture: 'COCO_val2014_000000310196.jpg',
        question: 'Is there a dog in the image?',
        answer: 'no',
      },
    ],
  },
  'HR-Bench': {
    file: 'hrbench/hr_bench_4k.tsv',
    rows: [
      {
        id: '0',
        picture: null,
        question:
          'What is the colour of the bag?\nA. white\nB. black\nC. red\nD. green\nAnswer the option letter directly.',
        answer: 'A',
        benchmark: 'hrbench',
        options: ['white', 'black', 'red', 'green'],
        tags: ['benchmark:hrbench', 'category:single', 'cycle:0'],
      },
      {
        id: '1',
        picture: null,
        question:
          'What is the colour of the bag?\nA. green\nB. white\nC. black\nD. red\nAnswer the option letter directly.',
        answer: 'B',
        benchmark: 'hrbench',
        tags: ['benchmark:hrbench', 'category:single', 'cycle:1'],
      },
    ],
  },
  'MME-RealWorld-Lite': {
    file: 'mme-realworld-lite/MME-RealWorld-Lite.json',
    rows: [
      {
        id: 'Reasoning/Monitoring/calculate/0001',
        picture: 'monitoring_images/a.png',
        question:
          "How many cars are there in the picture? The choices are listed below:\n(A) 3\n(B) 5\n(C) 7\n(D) 9\n(E) This image doesn't feature the count.\nSelect the best answer to the above multiple-choice question based on the image. Respond with only the letter (A, B, C, D, or E) of the correct option.\nThe best answer is: ",
        answer: 'B',
        benchmark: 'mme-realworld',
        options: ['3', '5', '7', '9', "This image doesn't feature the count."],
        tags: ['benchmark:mme-realworld', 'category:calculate', 'subtask:Monitoring', 'task:Reasoning'],
      },
    ],
  },
  ZoomBench: {
    file: 'zoombench/zoombench.json',
    rows: [
      {
        id: 'zoombench-row-1',
        picture: 'images/image_0.png',
        question: 'What is written on the small sign?\nA. Open\nB. Closed',
        answer: 'B',
        benchmark: 'zoombench',
      },
    ],
  },
  ChartQA: {
    file: 'chartqa/test_human.json',
    rows: [
      {
        id: 'test_human-row-1',
        picture: '41699051005347.png',
        question: 'How many food item is shown in the bar graph?',
        answer: '14',
        benchmark: 'chartqa',
      },
    ],
  },
  OCRBench: {
    file: 'ocrbench/OCRBench.json',
    rows: [
      {
        id: '0',
        picture: 'IIIT5K/1009_2.png',
        question: 'what is written in the image?',
        answer: 'CENTRE',
        benchmark: 'ocrbench',
        tags: ['benchmark:ocrbench', 'dataset:IIIT5K', 'question_type:Regular Text Recognition'],
      },
      {
        id: '500',
        picture: 'ESTVQA/1.jpg',
        question: 'What is the number?',
        answer: '12',
        answers: ['12', 'Twelve'],
      },
    ],
  },
  'LLaVA-Instruct-150K': {
    file: 'llava-instruct/llava_instruct_150k.json',
    rows: [
      {
        id: '000000033471',
        picture: '000000033471.jpg',
        question: 'What are the colors of the bus in the image?',
        answer: 'The bus in the image is white and red.',
      },
      {
        id: '000000033471-turn-2',
        picture: '000000033471.jpg',
        question: 'What feature can be seen on the back of the bus?',
        answer: 'The back of the bus features an advertisement.',
      },
    ],
  },
  'LLaVA-Bench (in the wild)': {
    file: 'llava-bench/questions.jsonl',
    rows: [
      {
        id: '0',
        picture: '001.jpg',
        question: 'What is the name of this famous sight in the photo?',
        answer: null,
      },
    ],
  },
  'MME-RealWorld as lmms-eval reads it': {
    file: 'mme-realworld/train-00000-of-00070.parquet',
    rows: [
      {
        id: '7',
        picture: null,
        question:
          "How many cars are there in the picture? The choices are listed below:\n(A) 3\n(B) 5\n(C) 7\n(D) 9\n(E) This image doesn't feature the count.\nSelect the best answer to the above multiple-choice question based on the image. Respond with only the letter (A, B, C, D, or E) of the correct option.\nThe best answer is: ",
        answer: 'B',
        benchmark: 'mme-realworld',
        answers: ['B'],
        options: ['3', '5', '7', '9', "This image doesn't feature the count."],
        tags: ['benchmark:mme-realworld', 'category:Reasoning/Monitoring', 'l2-category:calculate'],
      },
    ],
  },
  'DocVQA on the Hub': {
    file: 'docvqa-hub/validation-00000-of-00006.parquet',
    rows: [
      {
        id: '49153',
        picture: null,
        question: 'What is the total?',
        answer: '0.28',
        benchmark: 'docvqa',
        answers: ['0.28', '0.280'],
        split: 'val',
      },
    ],
  },
  'ChartQA on the Hub': {
    file: 'chartqa-hub/test-00000-of-00001.parquet',
    rows: [
      {
        id: 'test-00000-of-00001-row-1',
        picture: null,
        question: 'How many bars are red?',
        answer: '14',
        benchmark: 'chartqa',
        tags: ['benchmark:chartqa', 'type:human_test'],
      },
    ],
  },
  'POPE on the Hub': {
    file: 'pope-hub/random-00000-of-00001.parquet',
    rows: [
      {
        id: '3000',
        picture: null,
        question: 'Is there a dog in the image?',
        answer: 'no',
        benchmark: 'pope',
        tags: ['benchmark:pope', 'category:random'],
      },
    ],
  },
  'TextVQA on the Hub': {
    file: 'textvqa-hub/validation-00000-of-00003.parquet',
    rows: [
      {
        id: '34602',
        picture: null,
        question: 'what is the brand of this camera?',
        answer: 'dakota',
        benchmark: 'textvqa',
        answers: [...Array<string>(6).fill('dakota'), ...Array<string>(4).fill('dakota digital')],
        split: 'val',
      },
    ],
  },
  'OCRBench on the Hub': {
    file: 'ocrbench-hub/test-00000-of-00001.parquet',
    rows: [
      {
        id: 'test-00000-of-00001-row-1',
        picture: null,
        question: 'what is written in the image?',
        answer: 'CENTRE',
        benchmark: 'ocrbench',
        answers: ['CENTRE'],
        tags: ['benchmark:ocrbench', 'dataset:IIIT5K', 'question_type:Regular Text Recognition'],
      },
    ],
  },
  'POPE of VLMEvalKit': {
    file: 'vlmevalkit/POPE.tsv',
    rows: [
      { id: '0', picture: null, question: 'Is there a dog in the image?', answer: 'Yes' },
      { id: '1', picture: null, question: 'Is there a cat in the image?', answer: 'No' },
    ],
  },
  'V*Bench of VLMEvalKit': {
    file: 'vlmevalkit/VStarBench.tsv',
    rows: [
      {
        id: '0',
        picture: null,
        question:
          'Question: What is the material of the glove?\nOptions:\nA. rubber\nB. cotton\nC. kevlar\nD. leather\nPlease select the correct answer from the options above. \n',
        answer: 'A',
      },
    ],
  },
};

describe('rows of public data sets, as their authors publish them', () => {
  for (const [name, card] of Object.entries(CARDS)) {
    it(name, async () => {
      const annotations = card.annotations === undefined ? null : path.join(GOLDEN, card.annotations);
      const items = await read(path.join(GOLDEN, card.file), annotations);
      assert.deepEqual(
        items.flatMap((item) => (item.ok ? [] : [item.problem])),
        [],
      );
      assert.equal(items.length, card.rows.length);
      for (const [i, wanted] of card.rows.entries()) {
        const item = items[i]!;
        assert.ok(item.ok);
        const { record } = item;
        assert.equal(record.externalId, wanted.id);
        if (wanted.picture === null) assert.equal(record.picture.in, 'file');
        else assert.deepEqual(record.picture, { in: 'folder', path: wanted.picture });
        assert.equal(record.question, wanted.question);
        assert.equal(record.referenceAnswer, wanted.answer);
        if (wanted.benchmark !== undefined) {
          assert.equal(record.benchmark?.name, wanted.benchmark);
          assert.ok(record.tags.includes(`benchmark:${wanted.benchmark}`));
        }
        if (wanted.answers) assert.deepEqual(record.benchmark?.answers, wanted.answers);
        if (wanted.options) assert.deepEqual(record.benchmark?.options, wanted.options);
        if (wanted.tags) assert.deepEqual(record.tags, wanted.tags);
        if (wanted.split !== undefined) assert.equal(record.split, wanted.split);
        if (wanted.boxes) assert.deepEqual(record.truthBoxes, wanted.boxes);
      }
      // Nothing of a published file is unknown; what is left out is said.
      const unread = items.flatMap((item) =>
        item.ok ? item.notes.filter(({ message }) => message.endsWith('is not read')) : [],
      );
      assert.ok(name.startsWith('LLaVA-Bench') || unread.length === 0, JSON.stringify(unread));
    });
  }
});

describe('options in a question', () => {
  it('are written as lmms-eval 0.7.3 writes them in its prompts', async () => {
    interface Prompts {
      readonly vstar: readonly { readonly text: string; readonly prompt: string }[];
      readonly hrbench: readonly {
        readonly doc: Record<string, string | null>;
        readonly prompt: string;
      }[];
      readonly mme: readonly {
        readonly doc: { readonly question: string; readonly 'multi-choice options': string[] };
        readonly prompt: string;
      }[];
    }
    const text = await readFile(path.join(GOLDEN, 'prompts.json'), 'utf8');
    const { vstar, hrbench, mme } = JSON.parse(text) as Prompts;
    for (const { text: asked, prompt } of vstar) assert.equal(vstarQuestion(asked).question, prompt);
    for (const { doc, prompt } of hrbench) {
      const options = ['A', 'B', 'C', 'D'].flatMap((letter) => doc[letter] ?? []);
      assert.equal(hrbenchQuestion(doc['question']!, options), prompt);
    }
    for (const { doc, prompt } of mme)
      assert.equal(mmeQuestion(doc.question, doc['multi-choice options']), prompt);
  });
});

describe('files that belong together', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'fovea-suites-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));
  const made = async (name: string, content: unknown): Promise<string> => {
    const file = path.join(dir, name);
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  const vqaQuestions = {
    data_subtype: 'test-dev2015',
    questions: [{ image_id: 7, question: 'what?', question_id: 70 }],
  };
  const problems = (items: ImportItem[]) => items.flatMap((item) => (item.ok ? [] : [item.problem.message]));
  const notes = (items: ImportItem[]) =>
    items.flatMap((item) => (item.ok ? item.notes.map(({ message }) => message) : []));

  it('are refused by name where one is given for the other', async () => {
    await assert.rejects(
      read(path.join(GOLDEN, 'vqav2/v2_mscoco_val2014_annotations.json')),
      /holds annotations of VQA/,
    );
    await assert.rejects(read(path.join(GOLDEN, 'gqa/val_sceneGraphs.json')), /scene graphs of GQA/);
    const questions = path.join(GOLDEN, 'vqav2/v2_OpenEnded_mscoco_val2014_questions.json');
    await assert.rejects(
      read(questions, path.join(GOLDEN, 'textvqa/TextVQA_0.5.1_val.json')),
      /of no kind that is read/,
    );
    await assert.rejects(read(questions, path.join(dir, 'missing.json')), /does not exist/);
  });

  it('say where they do not fit', async () => {
    const questions = await made('q.json', vqaQuestions);
    const other = await made('other.json', {
      data_subtype: 'x',
      annotations: [{ question_id: 71, image_id: 7, answers: [] }],
    });
    const without = await read(questions, other);
    assert.deepEqual(notes(without), ['the annotations have no answers to it']);
    assert.equal(
      without[0]?.ok && without[0].record.picture.in === 'folder' && without[0].record.picture.path,
      'COCO_test2015_000000000007.jpg',
    );
    const wrong = await made('wrong.json', {
      data_subtype: 'x',
      annotations: [{ question_id: 70, image_id: 8, answers: [] }],
    });
    assert.deepEqual(problems(await read(questions, wrong)), [
      'image_id: the annotations have another picture for it',
    ]);
    const cut = await made('cut.json', '{"n1": {"width": 1, "height": 1, "objects": {}}, "n2": {"wid');
    await assert.rejects(read(path.join(GOLDEN, 'gqa/testdev_balanced_questions.json'), cut), /cut off/);
  });

  it('never lead out of the folder that was given', async () => {
    const questions = await made(
      'v.jsonl',
      JSON.stringify({
        question_id: 1,
        image: '../secret.jpg',
        text: 'Which? (A) a (B) b',
        category: 'x',
        label: 'A',
      }),
    );
    assert.deepEqual(problems(await read(questions, dir)), [
      'image: a path cannot leave the images folder with ..',
    ]);
  });

  it('give what is wrong with a row of an object by id, and the others', async () => {
    const good = { imageId: '1', question: 'what?', answer: 'x' };
    const file = await made('gqa.json', { a: good, b: { imageId: '2' }, c: 5, d: good });
    const items = await read(file);
    assert.deepEqual(problems(items), ['question is missing', 'a row is an object with fields']);
    assert.deepEqual(
      items.map(({ row, ok }) => [row, ok]),
      [
        [0, true],
        [1, false],
        [2, false],
        [3, true],
      ],
    );
    const cut = await made('gqa-cut.json', `{"a": ${JSON.stringify(good)}, "b": {"imageId"`);
    assert.deepEqual(problems(await read(cut)), ['the file is cut off']);
  });

  it('are found entry by entry wherever their bytes are cut', async () => {
    const value = { 'a"b': [1, { x: '}],"' }], c: 'é\n', d: -1.5, e: {}, f: [] };
    const bytes = Buffer.from(`\n ${JSON.stringify(value, null, 1)}\n trailing`);
    for (const size of [1, 2, 3, 7, 1000]) {
      const pieces = async function* (): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      };
      const found: Record<string, unknown> = {};
      for await (const { key, bytes: own, from, to } of jsonEntries(pieces(), 1000)) {
        assert.deepEqual(Buffer.from(own!), bytes.subarray(from, to));
        found[key!] = JSON.parse(Buffer.from(own!).toString('utf8'));
      }
      assert.deepEqual(found, value);
    }
    const one = async function* (text: string): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text);
    };
    for (const text of ['5', '{"a": 1', '{"a": 1,, }', '{5: 1}', '[1, 2']) {
      await assert.rejects(async () => {
        for await (const entry of jsonEntries(one(text), 1000)) void entry;
      }, JsonCut);
    }
  });
});
