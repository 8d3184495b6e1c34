/** Tags of people beside those of the data: what holds, what an import leaves alone, what the journal brings back. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { backUpDaily } from '../../../src-main/store/backup/backup.ts';
import { read } from '../../../src-main/store/db.ts';
import { openProject, type Project } from '../../../src-main/store/file/project.ts';
import { JOURNAL_FILE } from '../../../src-main/store/journal/journal.ts';
import { readTags } from '../../../src-main/store/journal/read.ts';
import { repairProject } from '../../../src-main/store/repair/repair.ts';
import { facets } from '../../../src-main/store/samples/facets.ts';
import { listSamples } from '../../../src-main/store/samples/query.ts';
import { removeSamples } from '../../../src-main/store/samples/removal.ts';
import { getSample } from '../../../src-main/store/samples/sample.ts';
import { changeTag } from '../../../src-main/store/samples/tag.ts';
import { updateSample } from '../../../src-main/store/samples/update.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { testProject } from '../../support/project.ts';

const give = (project: Project, ids: readonly number[], tag: string, on = true, reviewer = 'ann') =>
  changeTag(project.db, ids, { tag, on, reviewer });
const tagsOf = (project: Project, id: number) => getSample(project.db, id).tags;

test('a tag changes what lists, filters and facets say, once, and of unknown samples nothing', async (t) => {
  const project = await testProject(t, 4);
  const before = tagsOf(project, 2);
  assert.deepEqual(give(project, [1, 2, 2], 'night'), [1, 2]);
  assert.deepEqual(give(project, [2, 3], 'night'), [3]);
  assert.deepEqual(tagsOf(project, 2), [...before, 'night']);
  const listed = () => listSamples(project.db, { ...NO_FILTER, tags: ['night'] }, 0, 9).map(({ id }) => id);
  assert.deepEqual(listed(), [1, 2, 3]);
  assert.ok(listSamples(project.db, NO_FILTER, 0, 1)[0]!.tags.includes('night'));
  assert.equal(facets(project.db).tags.find(({ name }) => name === 'night')?.samples, 3);
  assert.deepEqual(give(project, [1, 2, 4], 'night', false), [1, 2]);
  assert.deepEqual(listed(), [3]);
  assert.deepEqual(tagsOf(project, 2), before);
  assert.throws(() => give(project, [3, 99], 'odd'), { code: 'not_found' });
  assert.equal(read(project.db, "SELECT 1 FROM tag_change WHERE tag = 'odd'").get(), undefined);
});

test('what a person said of a tag holds whatever the data says of it later', async (t) => {
  const project = await testProject(t, 1);
  const sample = { ...getSample(project.db, 1) };
  updateSample(project.db, { ...sample, tags: ['day', 'street'] });
  give(project, [1], 'street', false);
  give(project, [1], 'odd');
  assert.deepEqual(tagsOf(project, 1), ['day', 'odd']);
  assert.deepEqual(updateSample(project.db, { ...sample, tags: ['day', 'street'] })?.corrected, []);
  assert.deepEqual(updateSample(project.db, { ...sample, tags: ['street', 'car'] })?.corrected, ['tags']);
  assert.deepEqual(tagsOf(project, 1), ['car', 'odd']);
});

test('a copy that is put back gets the tags of the journal, the later word on each; removed samples get none', async (t) => {
  const project = await testProject(t, 4);
  const path = project.path;
  give(project, [1, 2], 'night');
  await backUpDaily(project.db, path);
  give(project, [1], 'night', false, 'ben');
  give(project, [2, 3, 4], 'odd');
  submitReview(
    project.db,
    { sampleId: 3, predictionId: null, decision: 'reject', label: null, reviewer: 'ann', note: null },
    null,
  );
  const before = [1, 2, 3].map((id) => tagsOf(project, id));
  project.close();
  const lines = [];
  for await (const line of readTags(join(path, JOURNAL_FILE))) lines.push(line);
  assert.deepEqual(
    lines.map(({ tag, added, sample, reviewer }) => [tag, added, sample, reviewer]),
    [
      ['night', true, 'q1', 'ann'],
      ['night', true, 'q2', 'ann'],
      ['night', false, 'q1', 'ben'],
      ['odd', true, 'q2', 'ann'],
      ['odd', true, 'q3', 'ann'],
      ['odd', true, 'q4', 'ann'],
    ],
  );
  for (const ending of ['', '-wal', '-shm']) rmSync(join(path, `project.db${ending}`), { force: true });
  const report = await repairProject(path);
  assert.deepEqual([report.tags, report.replayed], [4, 1]);
  assert.equal((await repairProject(path)).tags, 0, 'what is there is not put back twice');
  const again = openProject(path);
  t.after(() => again.close());
  assert.deepEqual(
    [1, 2, 3].map((id) => tagsOf(again, id)),
    before,
  );
  assert.equal(removeSamples(again.db, [4]), 1);
});

test('opening a project again adds to its journal only what it lacks', async (t) => {
  const project = await testProject(t, 3);
  give(project, [1, 2], 'night');
  const file = join(project.path, JOURNAL_FILE);
  const whole = readFileSync(file, 'utf8');
  openProject(project.path).close();
  assert.equal(readFileSync(file, 'utf8'), whole);
  rmSync(file);
  project.close();
  openProject(project.path).close();
  assert.equal(readFileSync(file, 'utf8'), whole);
});
