import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_FILTER, procedures } from '../../../src-shared/contract/procedures.ts';
import { removeFromProject } from '../../../src-main/jobs/removal/remove.ts';
import { dashboardTags } from '../../../src-main/store/dashboard/tags.ts';
import { facets } from '../../../src-main/store/samples/facets.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { addSamples } from '../../../src-main/store/samples/sample.ts';
import { countSamples, listSamples } from '../../../src-main/store/samples/query.ts';
import { sampleDetail } from '../../../src-main/store/shown/sample-detail.ts';
import { similarSamples } from '../../../src-main/store/search/similar.ts';
import { projectSummary } from '../../../src-main/store/dashboard/summary.ts';
import { testProject } from '../../support/project.ts';

/** What a page is sent at most for one answer here. */
const MOST = 300_000;

test('a project that holds a sample with fields of 9 MB opens, lists and shows it shortened, and loses it when asked to', async (t) => {
  const made = await testProject(t, 3);
  const long = 'wörd '.repeat(1_800_000);
  const [id] = addSamples(made.db, [
    {
      externalId: `id ${long}`,
      imageId: 1,
      question: `why ${long}`,
      referenceAnswer: long,
      truthBoxes: Array.from({ length: 20_000 }, () => [1, 2, 3, 4] as const),
      language: long,
      split: long,
      tags: [long, 'short'],
    },
  ]);
  made.close();
  const project = openProject(made.path);
  t.after(() => project.close());
  const { db } = project;
  const answers = {
    list: listSamples(db, NO_FILTER, 0, 100),
    detail: procedures['samples.get'].output.parse(sampleDetail(db, id!)),
    facets: facets(db),
    summary: projectSummary(db, ''),
    tags: dashboardTags(db),
    similar: similarSamples(db, 1, 10),
  };
  for (const [name, answer] of Object.entries(answers))
    assert.ok(JSON.stringify(answer).length < MOST, `${name} is too long`);
  assert.match(answers.detail.question, /^why wörd .*… \[shortened: 9,000,004 characters\]$/s);
  assert.ok(answers.list.at(-1)!.question.endsWith('…'));
  assert.equal(countSamples(db, { ...NO_FILTER, text: 'why wörd' }), 1);
  await removeFromProject(project, [id!]);
  assert.equal(countSamples(db, NO_FILTER), 3);
  assert.equal(countSamples(db, { ...NO_FILTER, text: 'why wörd' }), 0);
});
