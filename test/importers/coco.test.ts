/** COCO instances: boxes, polygons and masks become truth, against what pycocotools says of the same masks. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, test, type TestContext } from 'node:test';
import { CocoTable, NumberIndex, TextSet } from '../../src-main/importers/containers/coco-table.ts';
import {
  type Annotation,
  annotationOf,
  outlineBox,
} from '../../src-main/importers/containers/coco-annotation.ts';
import { PlainAnnotations } from '../../src-main/importers/containers/coco-annotation-bytes.ts';
import { listElements } from '../../src-main/importers/containers/json-list-text.ts';
import {
  openImport,
  PLAIN_READING,
  type ImportItem,
  type ReadingOptions,
} from '../../src-main/importers/index.ts';
import { compressRle, expandRle, maskFromRle } from '../../src-shared/kernels/rle.ts';
import { seeded } from '../../src-shared/kernels/seeded.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

interface Golden {
  readonly masks: readonly {
    readonly size: [number, number];
    readonly compressed: string;
    readonly counts: number[];
    readonly box: number[];
    readonly ones: number[] | null;
    readonly area: number;
  }[];
  readonly polygons: readonly {
    readonly size: [number, number];
    readonly polygon: number[];
    readonly box: number[];
  }[];
}
const golden = JSON.parse(
  readFileSync(new URL('../golden/coco/masks.json', import.meta.url), 'utf8'),
) as Golden;

describe('masks as pycocotools has them', () => {
  it('decodes compressed and plain runs to the same mask, and finds its box', () => {
    for (const { size, compressed, counts, box, ones, area } of golden.masks) {
      const rle = expandRle(compressed, size);
      assert.deepEqual(rle.counts, counts);
      assert.equal(compressRle(rle), compressed);
      const mask = maskFromRle(rle);
      assert.equal(
        mask.reduce((sum, value) => sum + value, 0),
        area,
      );
      if (ones)
        assert.deepEqual(
          [...mask.keys()].filter((i) => mask[i] === 1),
          ones,
        );
      if (area === 0) continue;
      assert.deepEqual(outlineBox({ size, counts: compressed }), box);
      assert.deepEqual(outlineBox({ size, counts }), box);
    }
  });

  it('the box around a polygon holds all of its pixels', () => {
    for (const { polygon, box } of golden.polygons) {
      const own = outlineBox([polygon]);
      // Pixels are whole: up to one of them reaches over a corner.
      assert.ok(own[0] <= box[0]! + 1 && own[1] <= box[1]! + 1, `${own.join()} for ${box.join()}`);
      assert.ok(own[2] >= box[2]! - 1 && own[3] >= box[3]! - 1, `${own.join()} for ${box.join()}`);
    }
  });

  it('masks that lie are refused', () => {
    const wrong = (segmentation: unknown): void =>
      assert.throws(() => outlineBox(segmentation), /mask|polygon/);
    wrong({ size: [10, 10], counts: [1000000, 5] });
    wrong({ size: [100000, 100000], counts: 'o' });
    wrong({ size: [10, 10], counts: 'P' });
    wrong({ size: [10, 10], counts: '~~~~~~~~~~~~' });
    wrong({ size: [10, 10], counts: [100] });
    wrong({ size: [10], counts: [1] });
    wrong([[1, 2, 3]]);
    wrong([[1, 1, 1, 1, 1, 1]]);
    wrong([[1, 2, 3, 4, 5, 6, 7]]);
  });
});

async function load(
  t: TestContext,
  content: unknown,
  objects?: ReadingOptions['objects'],
): Promise<ImportItem[]> {
  const file = join(temporaryDir(t), 'instances.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  const { items, container } = await openImport(file, { ...PLAIN_READING, ...(objects ? { objects } : {}) });
  assert.equal(container.name, 'coco');
  const found: ImportItem[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const records = (items: readonly ImportItem[]) => items.flatMap((item) => (item.ok ? [item.record] : []));
const problems = (items: readonly ImportItem[]) =>
  items.flatMap((item) => (item.ok ? [] : [`${item.problem.message}: ${item.problem.value}`]));
const notes = (items: readonly ImportItem[]) =>
  items.flatMap((item) => (item.ok ? item.notes.map(({ message }) => message) : []));

const image = (id: number, file_name = `${id}.jpg`) => ({ id, file_name, width: 100, height: 80 });
const CATEGORIES = [
  { id: 18, name: 'dog', supercategory: 'animal' },
  { id: 1, name: 'person' },
];
const SMALL = {
  info: { description: 'x' },
  images: [image(7), image(3), image(9)],
  annotations: [
    {
      id: 0,
      image_id: 3,
      category_id: 18,
      bbox: [10, 20, 5, 6.5],
      area: 1,
      iscrowd: 0,
      segmentation: [[1, 1, 2, 2, 3, 1]],
    },
    { id: 5, image_id: 7, category_id: 1, bbox: [0, 0, 100, 80], iscrowd: 0 },
    { id: 6, image_id: 3, category_id: 18, bbox: [30, 30, 1, 1], iscrowd: 0 },
    {
      id: 8,
      image_id: 3,
      category_id: 1,
      iscrowd: 1,
      bbox: [1, 1, 50, 50],
      segmentation: { size: [80, 100], counts: [8000] },
    },
  ],
  categories: CATEGORIES,
};

test('a question for each category of a picture, its boxes the truth and its name a tag; id 0 is one like any other', async (t) => {
  const items = await load(t, SMALL);
  assert.deepEqual(
    records(items).map(({ externalId, picture, question, truthBoxes, tags, pictureSize }) => [
      ...[externalId, picture, question, truthBoxes, tags, pictureSize],
    ]),
    [
      [
        '7-person',
        { in: 'folder', path: '7.jpg' },
        'Where is the person?',
        [[0, 0, 100, 80]],
        ['person'],
        [100, 80],
      ],
      [
        '3-dog',
        { in: 'folder', path: '3.jpg' },
        'Where is the dog?',
        [
          [10, 20, 15, 26.5],
          [30, 30, 31, 31],
        ],
        ['dog'],
        [100, 80],
      ],
      [
        '3-person',
        { in: 'folder', path: '3.jpg' },
        'Where is the person?',
        [[1, 1, 51, 51]],
        ['person', 'crowd'],
        [100, 80],
      ],
    ],
  );
  assert.deepEqual(problems(items), ['the picture has no annotation, so nothing is asked about it: "9.jpg"']);
  assert.deepEqual(notes(items), [
    'its polygons or masks were not taken over: the truth is the box of each',
    'its polygons or masks were not taken over: the truth is the box of each',
  ]);
});

test('a question for each annotation, in one’s own words', async (t) => {
  const items = await load(t, SMALL, { each: 'annotation', question: 'Find one {category}.' });
  assert.deepEqual(
    records(items).map(({ externalId, question, truthBoxes }) => [externalId, question, truthBoxes.length]),
    [
      ['5', 'Find one person.', 1],
      ['0', 'Find one dog.', 1],
      ['6', 'Find one dog.', 1],
      ['8', 'Find one person.', 1],
    ],
  );
});

test('a question for each picture, one without annotations too; crowd regions are no truth beside others', async (t) => {
  const items = await load(t, SMALL, { each: 'picture', question: null });
  assert.deepEqual(
    records(items).map(({ externalId, question, tags, truthBoxes }) => [
      externalId,
      question,
      tags,
      truthBoxes.length,
    ]),
    [
      ['7', 'Which objects are in the picture?', ['person'], 1],
      ['3', 'Which objects are in the picture?', ['dog', 'person'], 2],
      ['9', 'Which objects are in the picture?', [], 0],
    ],
  );
  assert.ok(notes(items).includes('crowd regions were left out of its truth boxes'));
});

test('what is wrong is said with its annotation, and the rest goes in', async (t) => {
  const items = await load(
    t,
    {
      categories: CATEGORIES,
      annotations: [
        { id: 1, image_id: 1, category_id: 18, bbox: [1, 1, 0, 5] },
        { id: 2, image_id: 99, category_id: 18, bbox: [1, 1, 5, 5] },
        { id: 3, image_id: 1, category_id: 77, bbox: [1, 1, 5, 5] },
        { id: 4, image_id: 1, category_id: 18 },
        { id: 5, image_id: 1, category_id: 18, segmentation: [[1, 1, 9, 1, 9, 4]] },
        { id: 5, image_id: 1, category_id: 18, bbox: [1, 1, 5, 5], mood: 'calm' },
        { id: 6, image_id: 1, category_id: 18, bbox: [1, 1, 'x', 5] },
        7,
      ],
      images: [image(1, 'a.jpg'), image(2, 'a.jpg'), { id: 3 }, image(4, '/etc/a.jpg')],
    },
    { each: 'annotation', question: null },
  );
  assert.deepEqual(
    records(items).map(({ truthBoxes }) => truthBoxes),
    [[[1, 1, 9, 4]]],
  );
  assert.deepEqual(problems(items), [
    'the bbox of an annotation has no width or no height: annotation 1: [1, 1, 0, 5]',
    'the file does not list the image_id of an annotation: annotation 2: 99',
    'the file does not list the category_id of an annotation: annotation 3: 77',
    'an annotation has neither bbox nor segmentation: annotation 4',
    'bbox: expected number, received string: "x"',
    'annotations: an element is an object with fields: null',
    'another annotation of the picture has its id: "5"',
    'another picture of the file has the same file_name: "a.jpg"',
    'file_name is missing: null',
    'image: expected a path relative to the images folder: "/etc/a.jpg"',
  ]);
  assert.ok(notes(items).includes('the field "mood" of annotations is not read'));
});

test('a list nested beyond all sense is a problem of its own', async (t) => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const items = await load(
    t,
    `{"images":[${JSON.stringify(image(1))}],"annotations":[{"id":1,"image_id":1,"category_id":1,"segmentation":${deep}}],"categories":${JSON.stringify(CATEGORIES)}}`,
  );
  assert.equal(records(items).length, 0);
  assert.ok(problems(items).length >= 1);
});

describe('a plain annotation read from its bytes', () => {
  const plain = new PlainAnnotations();
  const last = (): Annotation => ({
    ...{ id: plain.id, imageId: plain.imageId, categoryId: plain.categoryId, crowd: false },
    ...{ box: [...plain.box] as unknown as Annotation['box'], outlined: plain.outlined },
  });
  /** The first element of a list, and how many bytes it has. */
  const readFirst = (text: string): { found: Annotation; length: number } | null => {
    const end = plain.take(Buffer.from(`[${text}]`), 1);
    return end < 0 ? null : { found: last(), length: end - 1 };
  };
  const read = (text: string): Annotation | null => {
    const first = readFirst(text);
    return first?.length === text.length ? first.found : null;
  };

  it('is what parsing it gives, or is left to that', () => {
    const random = seeded(11);
    const below = (most: number): number => Math.floor(random() * most);
    const number = (): string =>
      [
        () => String(below(1000)),
        () => `${below(900)}.${below(100)}`,
        () => String(random() * 500),
        () => `-${below(9)}.50`,
        () => '0.30000000000000',
        () => '-0',
        () => '1e2',
        () => '9007199254740993',
      ][below(5) ? below(2) : below(8)]!();
    const list = (count: number): string => `[${Array.from({ length: count }, number).join(', ')}]`;
    const fields = (): string[] => [
      `"id": ${below(2) ? below(1e9) : number()}`,
      `"image_id":${below(9) ? below(1e6) : '"a.jpg"'}`,
      `"category_id" : ${below(90)}`,
      `"bbox": [${number()}, ${number()},${below(50)}.5 ,${1 + below(50)}]`,
      `"area": ${number()}`,
      `"iscrowd": ${below(5) ? 0 : 1}`,
      `"segmentation": ${below(5) ? `[${list(6)}${below(2) ? `, ${list(8)}` : ''}]` : '[]'}`,
    ];
    let taken = 0;
    for (let n = 0; n < 4000; n++) {
      const chosen = fields()
        .filter(() => below(60) > 0)
        .sort(() => random() - 0.5);
      let text = `{${chosen.join(below(2) ? ', ' : '\n ,')}}`;
      // Every third one is damaged somewhere.
      const at = below(text.length);
      if (n % 3 === 0)
        text = `${text.slice(0, at)}${'0.,:[]{}"-eE 9\u00e9'[below(15)]}${text.slice(at + below(2))}`;
      const first = readFirst(text);
      if (first === null) continue;
      taken++;
      const own = Buffer.from(text).subarray(0, first.length).toString();
      assert.deepEqual(first.found, annotationOf(JSON.parse(own) as Record<string, unknown>), text);
    }
    assert.ok(taken > 800, `${taken} were plain`);
  });

  it('is nothing that is no JSON, has other fields, or is not plain', () => {
    const good = '{"id":1,"image_id":2,"category_id":3,"bbox":[1,2,3,4],"segmentation":[[1,2,3.5,4,5,6],[]]}';
    assert.deepEqual(read(good), {
      ...{ id: 1, imageId: 2, categoryId: 3, box: [1, 2, 4, 6], crowd: false, outlined: true },
    });
    for (const [from, to] of [
      ['1,2,3,4]', '01,2,3,4]'],
      ['1,2,3,4]', '1.,2,3,4]'],
      ['1,2,3,4]', '.1,2,3,4]'],
      ['1,2,3,4]', '1,2,3,4,5]'],
      ['1,2,3,4]', '1,2,3,- 4]'],
      ['1,2,3,4]', '1,2,3,0]'],
      ['3.5', '3.5.5'],
      ['3.5', '03'],
      ['3.5', '3e5'],
      ['3.5', '"3"'],
      ['"id"', '"ID"'],
      ['"id":1', '"id":1.5'],
      ['[]]', '[],]'],
      ['}', '},'],
      ['}', ',}'],
      ['}', ''],
    ] as const)
      assert.equal(read(good.replace(from, to)), null, `${to} for ${from}`);
  });
});

describe('a list whose plain annotations are taken where they stand', () => {
  const good =
    '{"id":1,"image_id":2,\n"category_id":3,"bbox":[1,2,3,4],\n "segmentation":[[1,2,\n3.5,4,5,6]]}';
  const LISTS = [
    `[${good}, ${good.replace('1', '2')}\n,{"id":3,\n"x":"]}"}, 7, ${good.replace('1', '4')} ]`,
    `[\n${good}\n,${good} 5,${good},\n]`,
    `[${good},,${good}]`,
    `[${good},${good.slice(0, -3)}`,
    `[${good}]\n x`,
    `[ ]`,
    `{"a":${good}}`,
  ];
  const walk = async (text: string, piece: number, taken: boolean): Promise<unknown[]> => {
    const bytes = Buffer.from(text);
    const seen: unknown[] = [];
    const plain = new PlainAnnotations();
    const reader = {
      take: (chunk: Uint8Array, from: number): number => {
        const end = plain.take(chunk, from);
        if (end >= 0) seen.push(JSON.parse(Buffer.from(chunk.subarray(from, end)).toString()));
        return end;
      },
      get lines() {
        return plain.lines;
      },
    };
    const source = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += piece)
        yield await Promise.resolve(bytes.subarray(at, at + piece));
    };
    for await (const elements of listElements(source(), 1000, 1, taken ? reader : null)) {
      for (const { line, bytes: own, problem } of elements) {
        let value: unknown = own && Buffer.from(own).toString();
        try {
          value = JSON.parse(value as string);
        } catch {
          value = { problem, value };
        }
        // Lines of what is taken are counted, and told by what comes behind it.
        seen.push(problem === null ? value : { line, problem });
      }
    }
    return seen;
  };

  it('has the same elements and lines, wherever the file is cut into pieces', async () => {
    for (const text of LISTS) {
      const expected = await walk(text, text.length, false);
      for (let piece = 1; piece <= text.length; piece++)
        assert.deepEqual(await walk(text, piece, true), expected, `${text} in pieces of ${piece}`);
    }
  });
});

describe('columns', () => {
  it('give each picture its rows in order', () => {
    const random = seeded(3);
    const table = new CocoTable();
    const expected = Array.from({ length: 50 }, (): number[] => []);
    for (let id = 0; id < 100_000; id++) {
      const picture = Math.floor(random() * 50);
      expected[picture]!.push(id);
      table.add(picture + 10, { id, category: 1, box: [id, 0, id + 1, 1], crowd: false, outlined: false });
    }
    const of = table.byPicture(10, 60);
    for (const [i, ids] of expected.entries()) {
      const rows = of(i + 10);
      assert.deepEqual(
        rows.map(({ id }) => id),
        ids,
      );
      assert.ok(rows.every(({ id, box }) => box[0] === id));
    }
  });

  it('find numbers and know texts', () => {
    const index = new NumberIndex([5, 3, 9007199254740991, 3, NaN]);
    assert.deepEqual(
      [5, 3, 9007199254740991, 4].map((id) => index.placeOf(id)),
      [0, 1, 2, -1],
    );
    const set = new TextSet();
    for (let i = 0; i < 20_000; i++) assert.ok(set.add(`${i}.jpg`));
    for (let i = 0; i < 20_000; i++) assert.ok(!set.add(`${i}.jpg`));
  });
});
