/** Search against a plain look through all texts; the seed is printed on failure. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { ensureImage } from '../../../src-main/store/pictures/image.ts';
import { addNote } from '../../../src-main/store/samples/annotation.ts';
import { read, transact } from '../../../src-main/store/db.ts';
import { ensureRoot } from '../../../src-main/store/pictures/root.ts';
import { addSamples } from '../../../src-main/store/samples/sample.ts';
import { countSamples, listSampleIds } from '../../../src-main/store/samples/query.ts';
import { gramsOf, needleBits } from '../../../src-main/store/search/grams.ts';
import { forgetSamples } from '../../../src-main/store/exchange/unimport.ts';
import { predict, testPrediction, testProject, testRun } from '../../support/project.ts';
import { seededRandom } from '../../support/random.ts';

const PIECES = [
  'the Cat',
  ' no. 7',
  '門',
  '門の色は',
  '？',
  ' 100%',
  'a_b',
  'É',
  'ﬁx',
  '\x1e',
  'ａｂｃ',
  "l'eau",
  ' is ',
  'Straße',
  '🦊',
];

test('search finds what a look through every text finds: any script, case, width, wildcard or length', async (t) => {
  const project = await testProject(t, 0);
  const { db } = project;
  const random = seededRandom(3);
  const words = (): string =>
    Array.from(
      { length: 1 + Math.floor(random() * 4) },
      () => PIECES[Math.floor(random() * PIECES.length)]!,
    ).join('');
  const imageId = transact(db, () =>
    ensureImage(db, {
      rootId: ensureRoot(db, project.path, '/pictures'),
      path: 'a.png',
      bytes: 1,
      mtimeMs: 0,
      width: 3,
      height: 2,
    }),
  );
  const samples = Array.from({ length: 700 }, (_, n) => ({
    externalId: `id-${n}`,
    imageId,
    question: words(),
    referenceAnswer: n % 3 === 0 ? words() : null,
    truthBoxes: [],
    language: null,
    split: null,
    tags: [],
  }));
  for (let at = 0; at < samples.length; at += 150) addSamples(db, samples.slice(at, at + 150));
  // Answers come later, samples go.
  const run = testRun(project);
  for (const id of [1, 127, 128, 129, 500])
    predict(project, run, id, { ...testPrediction(), answer: `said ${words()}` });
  assert.equal(forgetSamples(db, [2, 130, 300, 301, 699]), 5);
  addNote(db, 3, 'the Cat, noted', 'ann');

  const fold = (text: string): string => text.normalize('NFKC').toLowerCase().replaceAll('\x1e', ' ');
  const rows = read<{ id: number; text: string; note: string | null }>(
    db,
    `SELECT s.id, s.external_id || char(10) || s.question || char(10) || COALESCE(p.answer, '') || char(10)
       || COALESCE(s.reference_answer, '') AS text, (SELECT text FROM sample_note n WHERE n.sample_id = s.id) AS note
     FROM sample s LEFT JOIN prediction p ON p.sample_id = s.id ORDER BY s.id`,
  ).all();
  assert.equal(rows.length, 695);
  const queries = fc.oneof(
    fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 2 }).map((pieces) => pieces.join('')),
    fc.constantFrom(...PIECES.join('')),
    fc.constantFrom('said', 'SAID the', 'id-12', 'cat, noted', '%', '_', 'none of this', 'id'),
  );
  fc.assert(
    fc.property(queries, fc.boolean(), fc.nat(40), (text, descending, offset) => {
      const query = fold(text.trim());
      const expected = rows
        .filter((row) => fold(row.text).includes(query) || fold(row.note ?? '').includes(query))
        .map(({ id }) => id);
      const filter = { ...NO_FILTER, text };
      assert.equal(countSamples(db, filter), expected.length);
      if (descending) expected.reverse();
      const sort = { by: 'imported', descending } as const;
      assert.deepEqual(listSampleIds(db, filter, offset, 25, sort), expected.slice(offset, offset + 25));
      // With something else asked for, and in another order, the database compares.
      const labelled = expected.filter((id) => [1, 127, 128, 129, 500].includes(id)).sort((a, b) => a - b);
      const among = { ...filter, labelling: 'labelled' } as const;
      assert.deepEqual(listSampleIds(db, among, 0, 25, { by: 'language', descending }), labelled);
    }),
    { numRuns: 150 },
  );
});

test('what was found before is looked for again once something is written, here or by another process', async (t) => {
  const { db } = await testProject(t, 5);
  const count = (text: string): number => countSamples(db, { ...NO_FILTER, text });
  assert.equal(count('école'), 5);
  forgetSamples(db, [2]);
  assert.equal(count('école'), 4);
  assert.throws(() =>
    transact(db, () => {
      forgetSamples(db, [3]);
      assert.equal(count('école'), 3);
      throw new Error('taken back');
    }),
  );
  assert.equal(count('école'), 4);
});

test('the bits of a text have those of everything in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(), fc.nat(), (text, a, b) => {
      const [from, to] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y) as [
        number,
        number,
      ];
      assert.ok(hasBits(gramsOf(text), needleBits(text.slice(from, to))));
    }),
  );
  const grams = gramsOf('what colour is the bicycle on the left side?');
  assert.ok(!hasBits(grams, needleBits('window')) && !hasBits(grams, needleBits('門')));
  assert.deepEqual(needleBits('ab'), [], 'one or two characters of ASCII rule nothing out');
});

function hasBits(grams: Uint8Array, bits: readonly number[]): boolean {
  return bits.every((bit) => (grams[bit >> 3]! & (1 << (bit & 7))) !== 0);
}
