/** Which samples go out, and in which split: by what is asked for, never one picture in two splits. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { exporters } from '../../../src-main/exporters/index.ts';
import { exportSamples, type ExportRequest } from '../../../src-main/jobs/export/export.ts';
import { planExport } from '../../../src-main/jobs/export/plan.ts';
import { countByState } from '../../../src-main/store/exchange/export-rows.ts';
import { write } from '../../../src-main/store/db.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { addSample } from '../../../src-main/store/samples/sample.ts';
import { exportChoicesSchema } from '../../../src-shared/contract/export-formats.ts';
import { NO_FILTER, type SortKey } from '../../../src-shared/contract/procedures.ts';
import { predict, testProject, testRun } from '../../support/project.ts';

const SPLITS = { shares: { train: 60, val: 20, test: 20 }, seed: 5, by: 'language' } as const;

/** Twenty pictures with two accepted questions each; the first two are the same file under two names. */
async function decided(t: TestContext): Promise<Project> {
  const project = await testProject(t, 20);
  const { db } = project;
  for (let imageId = 1; imageId <= 20; imageId++) {
    addSample(db, {
      externalId: `again${imageId}`,
      imageId,
      question: 'And now?',
      referenceAnswer: null,
      truthBoxes: [],
      language: null,
      split: null,
      tags: ['=t'],
    });
  }
  write(db, 'UPDATE image SET sha256 = zeroblob(32) WHERE id IN (1, 2)').run();
  const run = testRun(project);
  for (let sampleId = 1; sampleId <= 40; sampleId++) {
    predict(project, run, sampleId);
    submitReview(
      db,
      { sampleId, predictionId: null, decision: 'accept', label: null, reviewer: 'a', note: null },
      undefined,
    );
  }
  return project;
}

async function lines(project: Project, asked: Partial<ExportRequest>) {
  const path = join(dirname(project.path), 'out.jsonl');
  const request = { format: 'jsonl', path, includeUnreviewed: false, replace: 'own', ...asked } as const;
  const report = await exportSamples(project, request, exporters);
  const text = readFileSync(path, 'utf8').trim();
  return {
    report,
    lines:
      text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Record<string, string | number>),
  };
}

test('only what is in the scope goes out: a filter, some of it, or all but some', async (t) => {
  const project = await decided(t);
  const ids = async (scope: ExportRequest['scope']) =>
    (await lines(project, { scope: scope! })).lines.map((line) => line['fovea']);
  const filter = { ...NO_FILTER, languages: ['fr'] };
  assert.deepEqual(await ids({ filter, ids: null, except: [] }), [1, 4, 7, 10, 13, 16, 19]);
  assert.deepEqual(await ids({ filter, ids: null, except: [4, 7] }), [1, 10, 13, 16, 19]);
  assert.deepEqual(await ids({ filter: NO_FILTER, ids: [3, 40, 9], except: [] }), [3, 9, 40]);
  const listed = { filter: NO_FILTER, ids: [3, 40, 9], except: [] };
  const sorted = async (by: SortKey) =>
    (await lines(project, { scope: listed, sort: { by, descending: by !== 'listed' } })).lines.map(
      (line) => line['fovea'],
    );
  assert.deepEqual(await sorted('imported'), [40, 9, 3], 'in the order of the list');
  assert.deepEqual(
    await sorted('listed'),
    [3, 40, 9],
    'of a list that has no other order, in that of its ids',
  );
  submitReview(
    project.db,
    { sampleId: 9, predictionId: null, decision: 'reject', label: null, reviewer: 'a', note: null },
    undefined,
  );
  assert.deepEqual(countByState(project.db, listed), {
    unlabelled: 0,
    pending: 0,
    accepted: 2,
    corrected: 0,
    rejected: 1,
  });
  assert.equal(countByState(project.db, null).accepted, 39);
  const { report } = await lines(project, { scope: { filter, ids: null, except: [] } });
  assert.deepEqual([report.done, report.skipped], [7, {}], 'what was not asked for is not left out');
});

test('splits are dealt by the seed, share no picture and no bytes, and are those of the plan', async (t) => {
  const project = await decided(t);
  const first = (await lines(project, { splits: SPLITS })).lines;
  assert.deepEqual((await lines(project, { splits: SPLITS })).lines, first);
  assert.notDeepEqual((await lines(project, { splits: { ...SPLITS, seed: 6 } })).lines, first);
  const splitsOfPicture = new Map<string, Set<string>>();
  for (const { image, split } of first as { image: string; split: string }[]) {
    const picture = image === '2.png' ? '1.png' : image;
    splitsOfPicture.set(picture, (splitsOfPicture.get(picture) ?? new Set()).add(split));
  }
  assert.ok([...splitsOfPicture.values()].every((splits) => splits.size === 1));
  const counted: Record<string, number> = {};
  for (const { split } of first) counted[split!] = (counted[split!] ?? 0) + 1;
  const choices = exportChoicesSchema.parse({ includeUnreviewed: false, splits: SPLITS });
  const plan = planExport(project.db, choices);
  assert.equal(plan.samples, 40);
  assert.deepEqual(Object.fromEntries(plan.splits.map(({ name, samples }) => [name, samples])), counted);
  assert.ok(Math.abs(counted['train']! - 24) <= 4 && counted['val']! >= 4 && counted['test']! >= 4);
});

test('the plan says how answers, tags and languages are spread over the splits', async (t) => {
  const project = await decided(t);
  const plan = planExport(project.db, exportChoicesSchema.parse({ includeUnreviewed: false }));
  assert.deepEqual(plan.splits, [
    { name: null, samples: 30 },
    { name: 'train', samples: 10 },
  ]);
  const [states, answers, tags, languages, flags] = plan.facets;
  assert.deepEqual(
    states!.values.map(({ value, samples }) => [value, samples]),
    [['accepted', 40]],
  );
  assert.deepEqual(flags!.values, [{ value: null, samples: 40, bySplit: [30, 10] }]);
  assert.deepEqual(answers!.values[0], { value: null, samples: 30, bySplit: [30, 0] });
  assert.equal(answers!.values.length, 11);
  assert.deepEqual(
    tags!.values.map(({ value, samples }) => [value, samples]),
    [
      ['=t', 20],
      ['t', 20],
    ],
  );
  assert.deepEqual(
    languages!.values.map(({ value, samples }) => [value, samples]),
    [
      [null, 20],
      ['fr', 7],
      ['zh', 7],
      ['en', 6],
    ],
  );
});
