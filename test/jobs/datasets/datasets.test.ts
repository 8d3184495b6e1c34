/** Versions of the data set: written again byte by byte whatever was decided since, or refused with what is another. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import sharp from 'sharp';
import { exporters } from '../../../src-main/exporters/index.ts';
import { diffVersions } from '../../../src-main/jobs/datasets/diff.ts';
import { freezeVersion } from '../../../src-main/jobs/datasets/freeze.ts';
import { frozenSource } from '../../../src-main/jobs/datasets/frozen-source.ts';
import { exportSamples } from '../../../src-main/jobs/export/export.ts';
import { checkInThread } from '../../../src-main/jobs/pictures/in-thread.ts';
import { datasetVersion, datasetVersions } from '../../../src-main/store/datasets/version.ts';
import { write } from '../../../src-main/store/db.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { removeSamples } from '../../../src-main/store/samples/removal.ts';
import { changeTag } from '../../../src-main/store/samples/tag.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../../../src-shared/contract/export-formats.ts';
import { predict, testPrediction, testProject, testRun } from '../../support/project.ts';

const CHOICES = { scope: null, splits: null, includeUnreviewed: false, licence: 'CC0' } as const;
const freeze = (project: Project, name: string) =>
  freezeVersion(project, { name, reviewer: 'ann', choices: CHOICES });

function decide(project: Project, sampleId: number, decision: 'accept' | 'reject', reviewer = 'ann'): void {
  const review = { sampleId, predictionId: null, decision, label: null, reviewer, note: null };
  submitReview(project.db, review, undefined);
}

/** Four samples with pictures, three of them accepted. */
async function decided(t: TestContext): Promise<Project> {
  const project = await testProject(t, 4);
  mkdirSync(join(project.path, 'images'), { recursive: true });
  for (let n = 1; n <= 4; n++) {
    const background = { r: n * 50, g: 0, b: 0 };
    const picture = sharp({ create: { width: 30, height: 20, channels: 3, background } }).png();
    writeFileSync(join(project.path, 'images', `${n}.png`), await picture.toBuffer());
  }
  // What is registered is what is there: a label is of a picture with these bytes.
  await checkInThread(project, true);
  const run = testRun(project);
  for (let id = 1; id <= 4; id++) predict(project, run, id, testPrediction(id - 1));
  for (const id of [1, 2, 3]) decide(project, id, 'accept');
  return project;
}

async function written(project: Project, format: ExportFormat, name: string, to: string) {
  const path = join(dirname(project.path), `${to}-${format}`);
  const version = datasetVersion(project.db, name);
  await exportSamples(
    project,
    {
      format,
      path,
      includeUnreviewed: false,
      replace: 'own',
      frozen: (db) => frozenSource(db, project.path, version),
    },
    exporters,
  );
  if (EXPORT_FORMATS[format].kind === 'file') return { '': readFileSync(path, 'base64') };
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((file) => join(file.parentPath, file.name))
      .sort()
      .map((file) => [file.slice(path.length), readFileSync(file, 'base64')]),
  );
}

test('every format writes a version again byte by byte, whatever was decided, tagged and answered since', async (t) => {
  const project = await decided(t);
  const version = await freeze(project, 'v1');
  assert.deepEqual(
    [version.card.samples, version.card.pictures, version.card.reviewers, version.card.left],
    [3, 3, { ann: 3 }, { unreviewed: 1 }],
  );
  const formats = Object.entries(EXPORT_FORMATS)
    .filter(([, { audit }]) => audit !== 'always')
    .map(([format]) => format as ExportFormat);
  const before = new Map<ExportFormat, object>();
  for (const format of formats) before.set(format, await written(project, format, 'v1', 'one'));
  decide(project, 1, 'reject', 'bo');
  decide(project, 4, 'accept');
  changeTag(project.db, [2], { tag: 'odd', on: true, reviewer: 'bo' });
  write(project.db, "UPDATE sample SET reference_answer = 'another' WHERE id = 3").run();
  predict(project, testRun(project, 'f2'), 2, testPrediction(4));
  for (const format of formats) {
    assert.deepEqual(await written(project, format, 'v1', 'other'), before.get(format), format);
  }
});

test('the same samples decided alike have the same hash; what is between two versions is told as samples', async (t) => {
  const project = await decided(t);
  const [one, same] = [await freeze(project, 'one'), await freeze(project, 'same')];
  assert.equal(one.sha256, same.sha256);
  decide(project, 1, 'reject');
  decide(project, 4, 'accept');
  changeTag(project.db, [2], { tag: 'odd', on: true, reviewer: 'bo' });
  const two = await freeze(project, 'two');
  assert.notEqual(two.sha256, one.sha256);
  const diff = diffVersions(project.db, 'one', 'two');
  assert.deepEqual(
    [
      diff.same,
      diff.added.map(({ externalId }) => externalId),
      diff.removed.map(({ externalId }) => externalId),
      diff.changed.map(({ externalId, fields }) => [externalId, fields]),
    ],
    [1, ['q4'], ['q1'], [['q2', ['tags']]]],
  );
  assert.deepEqual(
    datasetVersions(project.db).map(({ name }) => name),
    ['two', 'same', 'one'],
  );
  await assert.rejects(freeze(project, 'two'), { code: 'conflict' });
  assert.throws(() => diffVersions(project.db, 'one', 'three'), { code: 'not_found' });
});

test('what is no longer as it was is refused by name: nothing else is ever written in its place', async (t) => {
  const project = await decided(t);
  await freeze(project, 'v1');
  write(
    project.db,
    'DELETE FROM maps.map WHERE key = (SELECT maps_key FROM prediction WHERE sample_id = 2)',
  ).run();
  await assert.rejects(written(project, 'jsonl', 'v1', 'x'), { code: 'conflict', where: 'sample q2' });
  removeSamples(project.db, [1]);
  await assert.rejects(written(project, 'jsonl', 'v1', 'x'), { code: 'conflict', message: /removed/ });
  assert.deepEqual(
    readdirSync(dirname(project.path)).filter((name) => name.startsWith('x')),
    [],
  );
});

test('nothing decided is no version', async (t) => {
  const project = await testProject(t, 2);
  await assert.rejects(freeze(project, 'none'), { code: 'bad_input' });
  assert.deepEqual(datasetVersions(project.db), []);
});
