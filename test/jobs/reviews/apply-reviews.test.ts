import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyReviews, applyReviewsFile } from '../../../src-main/jobs/reviews/apply-reviews.ts';
import { readLines } from '../../../src-main/jobs/reviews/lines.ts';
import { latestReview, reviewHistory } from '../../../src-main/store/reviews/review.ts';
import { projectId } from '../../../src-main/store/dashboard/summary.ts';
import { predict, testPrediction, testProject, testRun } from '../../support/project.ts';

const good = [
  '{"sample":"q1","decision":"accept","reviewer":"ann","note":"clear"}',
  '',
  '{"fovea":2,"decision":"correct","label":[1,1,0,0,-100,-100],"reviewer":"ann"}',
  '{"fovea":3,"decision":"reject","reviewer":"bob"}',
  '{"sample":"q1","decision":"reset","reviewer":"bob"}',
];

test('applies each line as a revision', async (t) => {
  const project = await testProject(t);
  const run = testRun(project);
  for (const id of [1, 2, 3]) predict(project, run, id);
  const file = join(project.path, 'reviews.jsonl');
  writeFileSync(file, good.join('\r\n'));
  const report = applyReviewsFile(project, file);
  assert.deepEqual([report.done, report.failed, report.skipped], [4, 0, 0]);
  assert.deepEqual(
    reviewHistory(project.db, 1).map((r) => [r.decision, r.note, r.reviewer, r.label?.length]),
    [
      ['accept', 'clear', 'ann', testPrediction().labels.length],
      ['reset', 'clear', 'bob', undefined],
    ],
    'a decision that says nothing of the note leaves it',
  );
  applyReviews(project, ['{"sample":"q1","decision":"reject","reviewer":"ann","note":null}']);
  assert.equal(latestReview(project.db, 1)!.note, null);
  assert.deepEqual(new Int8Array(latestReview(project.db, 2)!.label!), Int8Array.of(1, 1, 0, 0, -100, -100));
  assert.equal(latestReview(project.db, 3)!.decision, 'reject');
  applyReviews(project, [
    '{"fovea":3,"decision":"reject","reviewer":"ann","reason":"Picture is bad"}',
    '{"fovea":3,"decision":"reject","reviewer":"bob","note":"blurred"}',
  ]);
  assert.equal(latestReview(project.db, 3)!.reason, 'Picture is bad', 'rejected again, the reason stays');
});

const bad: [string, string, string][] = [
  ['broken JSON', '{"sample":"q1"', 'bad_input'],
  ['an unknown decision', '{"sample":"q1","decision":"maybe","reviewer":"ann"}', 'bad_input'],
  [
    'a reason for what is not rejected',
    '{"sample":"q1","decision":"accept","reviewer":"ann","reason":"Sink"}',
    'bad_input',
  ],
  ['no reviewer', '{"sample":"q1","decision":"accept"}', 'bad_input'],
  ['an unknown field', '{"sample":"q1","decision":"accept","reviewer":"ann","lable":[1]}', 'bad_input'],
  ['an unknown sample', '{"sample":"q99","decision":"accept","reviewer":"ann"}', 'not_found'],
  ["a text that is only Fovea's number", '{"sample":"2","decision":"reject","reviewer":"ann"}', 'not_found'],
  ['a number that is no id of the data', '{"sample":2,"decision":"reject","reviewer":"ann"}', 'not_found'],
  [
    'a number that JSON cannot hold',
    '{"sample":9007199254740993,"decision":"reject","reviewer":"ann"}',
    'bad_input',
  ],
  ['both names', '{"sample":"q2","fovea":2,"decision":"reject","reviewer":"ann"}', 'bad_input'],
  ['no name', '{"decision":"reject","reviewer":"ann"}', 'bad_input'],
  ["an unknown number of Fovea's", '{"fovea":99,"decision":"reject","reviewer":"ann"}', 'not_found'],
  [
    'a correction that carries nothing',
    '{"sample":"q1","decision":"correct","label":[-100,-100,-100,-100,-100,-100],"reviewer":"ann"}',
    'bad_input',
  ],
  [
    'an accepted label that carries nothing',
    '{"sample":"q4","decision":"accept","reviewer":"ann"}',
    'bad_input',
  ],
  ['a short label', '{"sample":"q1","decision":"correct","label":[1,0],"reviewer":"ann"}', 'bad_input'],
  [
    'a strange label',
    '{"sample":"q1","decision":"correct","label":[1,0,0,0,0,5],"reviewer":"ann"}',
    'bad_input',
  ],
  ['an unlabelled sample', '{"sample":"q3","decision":"accept","reviewer":"ann"}', 'bad_input'],
];

for (const [name, line, code] of bad) {
  test(`${name} is refused by line number, and no line is applied`, async (t) => {
    const project = await testProject(t, 4);
    const run = testRun(project);
    for (const id of [1, 2]) predict(project, run, id);
    predict(project, run, 4, { ...testPrediction(), labels: new Int8Array(6).fill(-100) });
    const lines = [good[0], line];
    assert.throws(
      () => applyReviews(project, lines, 'reviews.jsonl'),
      (error: { code: string; where: string; next: string | null }) =>
        error.code === code && error.where === 'reviews.jsonl line 2' && error.next !== null,
    );
    assert.deepEqual(reviewHistory(project.db, 1), []);
  });
}

test("a number is the data's id as text, never Fovea's, and an id that two samples share is refused", async (t) => {
  const project = await testProject(t);
  project.db.exec(
    "UPDATE sample SET external_id = '0' WHERE id = 1; UPDATE sample SET external_id = '1' WHERE id = 2",
  );
  const reject = (name: string): string => `{${name},"decision":"reject","reviewer":"ann"}`;
  applyReviews(project, [reject('"sample":1')]);
  assert.deepEqual(
    [1, 2].map((id) => reviewHistory(project.db, id).length),
    [0, 1],
  );
  applyReviews(project, [reject('"fovea":1')]);
  assert.deepEqual(
    [1, 2].map((id) => reviewHistory(project.db, id).length),
    [1, 1],
  );
  project.db.exec("UPDATE sample SET external_id = '1' WHERE id = 3");
  assert.throws(() => applyReviews(project, [reject('"sample":"1"')]), { code: 'bad_input', next: /fovea/ });
});

test('a line without end, and bytes that are no text, are refused by their line and nothing is applied', async (t) => {
  const project = await testProject(t);
  const file = join(project.path, 'reviews.jsonl');
  const line = '{"sample":"q1","decision":"reject","reviewer":"ann"}';
  writeFileSync(file, `${line}\n${'x'.repeat(17 << 20)}`);
  assert.throws(() => applyReviewsFile(project, file), {
    code: 'bad_input',
    message: /longer than 16777216 characters/,
    where: `${file} line 2`,
  });
  writeFileSync(file, Buffer.concat([Buffer.from(`${line}\n`), Buffer.from([0xff, 0xfe, 0x0a])]));
  assert.throws(() => applyReviewsFile(project, file), { code: 'bad_input', message: /not UTF-8/ });
  assert.equal(latestReview(project.db, 1), null);
  writeFileSync(file, `\ufeff${line}\r\n`);
  assert.equal(applyReviewsFile(project, file).done, 1);
  assert.deepEqual([...readLines(file, 60)], [line]);
});

test('a missing file is said so', async (t) => {
  const project = await testProject(t);
  assert.throws(() => applyReviewsFile(project, join(project.path, 'none')), { code: 'not_found' });
});

test('what a page handed over is applied once, to its project only, and never over a newer decision', async (t) => {
  const project = await testProject(t);
  const run = testRun(project);
  for (const id of [1, 2]) predict(project, run, id);
  const own = projectId(project.db);
  const line = (fovea: number, decision: string, basedOn: number | 'previous' | null, of = own): string =>
    JSON.stringify({
      fovea,
      decision,
      reviewer: 'ann',
      note: null,
      handover: { project: of, predictionId: null, basedOn },
    });
  const file = [line(1, 'accept', null), line(1, 'reject', 'previous'), line(2, 'reject', null)];
  const counts = () => [1, 2].map((id) => reviewHistory(project.db, id).length);
  assert.throws(() => applyReviews(project, [line(1, 'accept', null, 'another')]), {
    code: 'bad_input',
    message: /another project/,
    where: 'line 1',
  });
  const first = applyReviews(project, file);
  assert.deepEqual([first.done, first.skipped, counts()], [3, 0, [2, 1]]);
  const again = applyReviews(project, file);
  assert.deepEqual([again.done, again.skipped, counts()], [0, 3, [2, 1]]);
  applyReviews(project, ['{"fovea":2,"decision":"accept","reviewer":"bob"}']);
  assert.throws(() => applyReviews(project, [line(1, 'accept', 2), line(2, 'reset', 3)]), {
    code: 'conflict',
    message: /bob decided this sample after/,
    where: 'line 2',
  });
  assert.deepEqual(counts(), [2, 2], 'nothing of it was applied');
});
