import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Project } from '../../../src-main/store/file/project.ts';
import { ensureImage } from '../../../src-main/store/pictures/image.ts';
import { ensureRoot } from '../../../src-main/store/pictures/root.ts';
import { addSample } from '../../../src-main/store/samples/sample.ts';
import { transact } from '../../../src-main/store/db.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { similarSamples } from '../../../src-main/store/search/similar.ts';
import { predict, testPrediction, testProject, testRun } from '../../support/project.ts';
import { seededRandom } from '../../support/random.ts';

interface Asked {
  readonly question: string;
  readonly picture: number;
  /** Foreground cell of the 2×3 grid; null: not labelled. */
  readonly fg: number | null;
}

/** Ids are 1, 2, 3… in the order given. */
async function projectOf(t: TestContext, asked: readonly Asked[]): Promise<Project> {
  const project = await testProject(t, 0);
  const { db } = project;
  const run = testRun(project);
  transact(db, () => {
    const rootId = ensureRoot(db, project.path, `${project.path}/images`);
    for (const [at, { question, picture }] of asked.entries()) {
      const path = `${picture}.png`;
      const imageId = ensureImage(db, { rootId, path, bytes: 1, mtimeMs: 0, width: 30, height: 20 });
      addSample(db, {
        externalId: `q${at + 1}`,
        imageId,
        question,
        referenceAnswer: null,
        truthBoxes: [],
        language: null,
        split: null,
        tags: [],
      });
    }
  });
  for (const [at, { fg }] of asked.entries()) {
    if (fg === null) continue;
    const found = testPrediction(fg);
    const [col, row] = [(fg % 3) * 10, Math.floor(fg / 3) * 10];
    const box = [col, row, col + 10, row + 10] as [number, number, number, number];
    predict(project, run, at + 1, { ...found, boxes: { raw: [], denoised: [box], rpn: [] } });
  }
  return project;
}

const ids = (project: Project, id: number, limit = 100): number[] =>
  similarSamples(project.db, id, limit).map((one) => one.id);

test('rare words, the region and the picture make samples alike, and each says why', async (t) => {
  const project = await projectOf(t, [
    { question: 'What is on the red valve?', picture: 1, fg: 0 },
    { question: 'What is on the blue door?', picture: 2, fg: 4 },
    { question: 'Which valve is red?', picture: 3, fg: 0 },
    { question: 'What is on the blue door?', picture: 1, fg: 4 },
    { question: 'What is on the tall door?', picture: 4, fg: null },
    { question: 'Wie heißt die Straße?', picture: 5, fg: 2 },
    ...Array.from({ length: 30 }, (_, n) => ({ question: 'What is on it?', picture: 10 + n, fg: 1 })),
  ]);
  const found = similarSamples(project.db, 1, 100);
  const by = new Map(found.map((one) => [one.id, one]));
  assert.equal(found[0]!.id, 3, 'the rare words and the region weigh more than “what is on the”');
  assert.deepEqual(by.get(3)!.sharedWords.toSorted(), ['red', 'valve']);
  assert.deepEqual([by.get(3)!.overlap, by.get(3)!.samePicture], [1, false]);
  assert.ok(Math.abs(by.get(3)!.closeness! - 1) < 1e-12);
  assert.deepEqual(by.get(2)!.sharedWords, [], 'words that most questions have are not named');
  assert.equal(by.get(2)!.overlap, 0);
  const [other, same] = [by.get(2)!.likeness, by.get(4)!.likeness];
  assert.ok(Math.abs(same - other - 0.1) < 1e-12, 'a question about the same picture gets a tenth more');
  assert.deepEqual([by.get(5)!.closeness, by.get(5)!.overlap], [null, null]);
  assert.ok(found.every((one) => one.id !== 1));
  assert.deepEqual(
    ids(project, 1, 2),
    found.slice(0, 2).map((one) => one.id),
  );
  assert.throws(() => similarSamples(project.db, 99, 5), { code: 'not_found' });
});

test('a corrected label is what is compared, a rejected sample keeps its predicted one', async (t) => {
  const asked = [0, 4, 0].map((fg, picture) => ({ question: 'What is it?', picture, fg }));
  const project = await projectOf(t, asked);
  const overlaps = (): (number | null)[] =>
    similarSamples(project.db, 1, 9)
      .toSorted((a, b) => a.id - b.id)
      .map(({ overlap }) => overlap);
  assert.deepEqual(overlaps(), [0, 1]);
  const label = new Uint8Array(Int8Array.from([1, 0, 0, 0, 0, 0]).buffer);
  const review = { predictionId: null, reviewer: 'ann', note: null };
  submitReview(project.db, { ...review, sampleId: 2, decision: 'correct', label }, null);
  submitReview(project.db, { ...review, sampleId: 3, decision: 'reject', label: null }, null);
  assert.deepEqual(overlaps(), [1, 1]);
});

test('likeness is the same from both sides, and lists are in the same order every time', async (t) => {
  const random = seededRandom(7);
  const some = (n: number): number => Math.floor(random() * n);
  const WORDS = ['what', 'code', 'red', 'blue', 'tag', 'on', '车', '牌', 'Straße', 'no. 7'];
  const asked = Array.from({ length: 40 }, () => ({
    question: Array.from({ length: 1 + some(5) }, () => WORDS[some(WORDS.length)]).join(' '),
    picture: some(12),
    fg: some(4) === 0 ? null : some(5),
  }));
  // The same question about the same picture is one sample only.
  const seen = new Set<string>();
  const distinct = asked.filter(({ question, picture }) => {
    const key = `${picture} ${question}`;
    return !seen.has(key) && seen.add(key);
  });
  const project = await projectOf(t, distinct);
  const all = new Map(distinct.map((_, at) => [at + 1, similarSamples(project.db, at + 1, 500)]));
  for (const [id, list] of all) {
    assert.equal(list.length, distinct.length - 1, 'a small project is compared whole');
    assert.deepEqual(
      list,
      list.toSorted((a, b) => b.likeness - a.likeness || a.id - b.id),
    );
    for (const { id: other, ...why } of list) {
      const { id: back, ...mirrored } = all.get(other)!.find((one) => one.id === id)!;
      assert.deepEqual([back, mirrored], [id, why]);
    }
    assert.deepEqual(similarSamples(project.db, id, 500), list);
  }
});
