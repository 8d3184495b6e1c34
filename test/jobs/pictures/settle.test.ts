/** A picture that is replaced after it was imported or labelled is noticed; one that was only written again is not called so. */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import sharp from 'sharp';
import { runLabelJob } from '../../../src-main/jobs/label/label.ts';
import { settlePicture } from '../../../src-main/jobs/pictures/settle.ts';
import { importQuestions } from '../../../src-main/jobs/import/import.ts';
import { countBatch, startBatch } from '../../../src-main/store/batches/batch.ts';
import { keepForPicture, pictureChange } from '../../../src-main/store/pictures/change.ts';
import { pictureProblem, registeredPicture } from '../../../src-main/store/pictures/version.ts';
import { sampleDetail } from '../../../src-main/store/shown/sample-detail.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { pictureProject } from '../../support/picture-project.ts';
import { testPreset, testProject } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { writePng } from '../../support/scenes.ts';

async function setUp(t: TestContext) {
  const dir = realpathSync(temporaryDir(t));
  const file = join(dir, 'a.png');
  writeFileSync(join(dir, 'config.json'), '{}');
  await writePng(file, 200, 100);
  writeFileSync(join(dir, 'q.jsonl'), JSON.stringify({ question_id: '1', image: 'a.png', text: 'what ?' }));
  const project = await testProject(t, 0);
  await importQuestions(project, { imagesDir: dir, questionsFile: join(dir, 'q.jsonl') });
  const label = () =>
    runLabelJob(project, fakeEngine(), {
      model: { dir, device: 'auto' },
      preset: testPreset,
      answerMode: 'self',
      limit: null,
    });
  const settle = () => settlePicture(project, 1, { fingerprint: false });
  return { dir, file, project, label, settle };
}

test('a picture turned between import and labelling is labelled and exported with the size it has then', async (t) => {
  const { file, project, label } = await setUp(t);
  await writePng(file, 100, 200);
  assert.equal((await label()).done, 1);
  const { width, height, version } = registeredPicture(project.db, 1);
  assert.deepEqual([width, height, version], [100, 200, 2]);
  assert.equal(pictureChange(project.db, 1), null, 'the label is of the picture that is there');
});

test('a picture replaced after labelling marks the sample, putting it back takes the mark away', async (t) => {
  const { dir, file, project, label, settle } = await setUp(t);
  await label();
  copyFileSync(file, join(dir, 'kept.png'));
  await writePng(file, 100, 200);
  assert.equal((await settle()).outcome, 'other');
  assert.deepEqual(pictureChange(project.db, 1), { was: [200, 100], now: [100, 200] });
  assert.equal((await settle()).outcome, 'same');
  assert.deepEqual(keepForPicture(project.db, [1], 'r'), { kept: 0, otherSize: 1 });
  copyFileSync(join(dir, 'kept.png'), file);
  assert.equal((await settle()).outcome, 'other');
  assert.equal(registeredPicture(project.db, 1).version, 1);
  assert.equal(pictureChange(project.db, 1), null);
});

test('as many bytes and other pixels: the fingerprint taken at labelling tells', async (t) => {
  const { file, project, label, settle } = await setUp(t);
  const noise = async (seed: number) => {
    const data = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * seed) % 251);
    await sharp(data, { raw: { width: 8, height: 8, channels: 3 } })
      .tiff({ compression: 'none' })
      .toFile(file);
    return statSync(file).size;
  };
  const bytes = await noise(7);
  await label();
  await new Promise((later) => setTimeout(later, 5));
  assert.equal(await noise(11), bytes);
  assert.equal((await settle()).outcome, 'other');
  assert.ok(pictureChange(project.db, 1));
  assert.deepEqual(keepForPicture(project.db, [1], 'r'), { kept: 1, otherSize: 0 });
  assert.equal(pictureChange(project.db, 1), null);
});

test('the same bytes at another time are the same picture', async (t) => {
  const { file, project, label, settle } = await setUp(t);
  await label();
  utimesSync(file, 1_000_000, 1_000_000);
  assert.equal((await settle()).outcome, 'same');
  assert.equal(registeredPicture(project.db, 1).mtimeMs, 1_000_000_000);
  assert.equal(pictureChange(project.db, 1), null);
});

test('a decision keeps its mark when the sample has a newer label: it was made on the other picture', async (t) => {
  const { file, project, label, settle } = await setUp(t);
  await label();
  submitReview(
    project.db,
    { sampleId: 1, predictionId: null, decision: 'accept', label: null, reviewer: 'r', note: null },
    null,
  );
  const head = readFileSync(file);
  await writePng(file, 60, 60);
  await settle();
  assert.ok(pictureChange(project.db, 1));
  writeFileSync(file, head);
  await settle();
  assert.equal(pictureChange(project.db, 1), null);
});

test('a picture that is gone, or is no picture any more, is noted with the reason until it is back', async (t) => {
  const { dir, file, project, settle } = await setUp(t);
  copyFileSync(file, join(dir, 'kept.png'));
  rmSync(file);
  assert.equal((await settle()).outcome, 'unshown');
  assert.equal(pictureProblem(project.db, 1)?.kind, 'missing');
  writeFileSync(file, 'no picture');
  await settle();
  const problem = pictureProblem(project.db, 1);
  assert.equal(problem?.kind, 'unreadable');
  assert.match(problem?.reason ?? '', /cannot be decoded/);
  copyFileSync(join(dir, 'kept.png'), file);
  await settle();
  assert.equal(pictureProblem(project.db, 1), null);
  assert.equal(registeredPicture(project.db, 1).version, 1, 'the same pixels are no other version');
});

test('two that look at once note one change', async (t) => {
  const { file, project, label, settle } = await setUp(t);
  await label();
  await writePng(file, 100, 200);
  await Promise.all([settle(), settle(), settle()]);
  assert.equal(registeredPicture(project.db, 1).version, 2);
});

test('labelling again does just the samples whose picture changed; a decision stays, marked, with a new label beside it', async (t) => {
  const { project, at, label, accept } = await pictureProject(t, 3);
  accept(2);
  const before = sampleDetail(project.db, 2).prediction!.id;
  await writePng(at('1.png'), 20, 30);
  await writePng(at('2.png'), 20, 30);
  for (const id of [1, 2]) await settlePicture(project, id, { fingerprint: false });
  const report = await label();
  assert.deepEqual([report.done, report.failed], [2, 0]);
  assert.equal(pictureChange(project.db, 1), null);
  // Its decision is of the former picture until somebody decides on the new label.
  const detail = sampleDetail(project.db, 2);
  assert.notEqual(detail.prediction!.id, before);
  assert.equal(detail.review?.predictionId, before);
  assert.equal(detail.state, 'accepted');
  assert.ok(detail.image.changed);
  assert.equal((await label()).done, 0);
  const review = { sampleId: 2, predictionId: null, label: null, reviewer: 'ann', note: null };
  submitReview(project.db, { ...review, decision: 'accept' }, undefined);
  assert.equal(pictureChange(project.db, 2), null);
  // Once more, with a decision on the newer one, too.
  await writePng(at('2.png'), 25, 25);
  await settlePicture(project, 2, { fingerprint: false });
  assert.deepEqual(await label().then(({ done, failed }) => [done, failed]), [1, 0]);
  submitReview(project.db, { ...review, decision: 'accept' }, undefined);
  assert.equal(pictureChange(project.db, 2), null);
});

test('a batch leaves out, and counts, what nobody can have seen; rejecting takes it', async (t) => {
  const { project, at } = await pictureProject(t, 4);
  await writePng(at('1.png'), 20, 30);
  rmSync(at('2.png'));
  for (const id of [1, 2]) await settlePicture(project, id, { fingerprint: false });
  const scope = { filter: NO_FILTER, ids: null, except: [] };
  const { population, leftOut } = countBatch(project.db, { ...scope, decision: 'accept' });
  assert.deepEqual([population, leftOut.unseen, leftOut.dropped], [2, 2, 0]);
  assert.equal(countBatch(project.db, { ...scope, decision: 'reject' }).population, 4);
  const { batch } = startBatch(project.db, { ...scope, decision: 'accept', target: 0.05, reviewer: 'ann' });
  assert.equal(batch.population, 2);
});
