/** Every decision is a line of text beside the database before it is answered as saved. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { JOURNAL_FILE } from '../../../src-main/store/journal/journal.ts';
import {
  type JournalLine,
  labelOfLetters,
  lettersOf,
  parseJournalLine,
} from '../../../src-main/store/journal/line.ts';
import { readJournal } from '../../../src-main/store/journal/read.ts';
import { openProject, type Project } from '../../../src-main/store/file/project.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { predict, testProject, testRun } from '../../support/project.ts';

const decide = (project: Project, sampleId: number, decision: 'accept' | 'reject' = 'reject') =>
  submitReview(
    project.db,
    { sampleId, predictionId: null, decision, label: null, reviewer: 'ann', note: 'why\nnot' },
    undefined,
  );

async function linesOf(project: Project): Promise<JournalLine[]> {
  const lines: JournalLine[] = [];
  for await (const line of readJournal(join(project.path, JOURNAL_FILE))) lines.push(line);
  return lines;
}

test('a decision says by itself which sample it is about and what it holds', async (t) => {
  const project = await testProject(t, 3);
  const prediction = predict(project, testRun(project), 2);
  const { review } = decide(project, 2, 'accept');
  const [line, ...more] = await linesOf(project);
  assert.deepEqual(more, []);
  assert.deepEqual(line, {
    journal: 1,
    revision: review.id,
    at: review.createdAt,
    sample: 'q2',
    folder: 'images',
    image: '2.png',
    question: "Quel est le code n° 2 de l'École ?",
    decision: 'accept',
    label: 'fiiiib',
    grid: [2, 3],
    prediction,
    reviewer: 'ann',
    note: 'why\nnot',
    reason: null,
    batch: null,
  });
});

test('letters and labels are the same either way', () => {
  const label = Uint8Array.from([1, 0, 156, 1]);
  assert.equal(lettersOf(label), 'fbif');
  assert.deepEqual(labelOfLetters('fbif'), label);
  assert.equal(parseJournalLine('{"journal":1'), null);
});

test('why a sample was rejected is in its line, and a line of an older version says nothing of it', async (t) => {
  const project = await testProject(t, 1);
  const why = { decision: 'reject', label: null, reason: 'Wrong region' } as const;
  submitReview(
    project.db,
    { sampleId: 1, predictionId: null, reviewer: 'ann', note: null, ...why },
    undefined,
  );
  const [line] = await linesOf(project);
  assert.equal(line!.reason, 'Wrong region');
  const { reason: _, ...older } = line!;
  assert.equal(parseJournalLine(JSON.stringify(older))?.reason, null);
});

test('a crash between commit and line, or in the middle of a line, loses and doubles nothing', async (t) => {
  const project = await testProject(t, 3);
  for (const id of [1, 2, 3]) decide(project, id);
  project.close();
  const file = join(project.path, JOURNAL_FILE);
  const whole = readFileSync(file, 'utf8');
  // The last line half written.
  truncateSync(file, Buffer.byteLength(whole) - 30);
  const again = openProject(project.path);
  t.after(() => again.close());
  assert.deepEqual(
    (await linesOf(again)).map(({ revision }) => revision),
    [1, 2, 3],
  );
  decide(again, 1);
  assert.equal((await linesOf(again)).length, 4);
});

test('two processes on one project write each decision once', async (t) => {
  const project = await testProject(t, 3);
  decide(project, 1);
  const other = openProject(project.path);
  decide(other, 2);
  decide(project, 3);
  decide(other, 1);
  other.close();
  openProject(project.path).close();
  const text = readFileSync(join(project.path, JOURNAL_FILE), 'utf8');
  assert.equal(text.trim().split('\n').length, 4);
});

test('a project from before gets its journal, and one that was taken away is begun anew', async (t) => {
  const project = await testProject(t, 3);
  decide(project, 1);
  decide(project, 2);
  project.close();
  rmSync(join(project.path, JOURNAL_FILE));
  const again = openProject(project.path);
  t.after(() => again.close());
  assert.equal((await linesOf(again)).length, 2);
  rmSync(join(project.path, JOURNAL_FILE));
  decide(again, 3);
  assert.deepEqual(
    (await linesOf(again)).map(({ revision }) => revision),
    [3],
    'what was in it is in the database; the next opening adds it',
  );
});

test('where it cannot be written the decision is saved all the same, and that is said', async (t) => {
  const project = await testProject(t, 3);
  project.close();
  const file = join(project.path, JOURNAL_FILE);
  rmSync(file, { force: true });
  mkdirSync(file);
  const again = openProject(project.path);
  t.after(() => again.close());
  decide(again, 1);
  assert.match(again.journalProblem() ?? '', /./);
  rmSync(file, { recursive: true });
  decide(again, 2);
  assert.equal(again.journalProblem(), null);
  assert.deepEqual(
    (await linesOf(again)).map(({ revision }) => revision),
    [1, 2],
  );
});

test('what is no line of it is left out', async (t) => {
  const project = await testProject(t, 1);
  decide(project, 1);
  appendFileSync(join(project.path, JOURNAL_FILE), 'rubbish\n{"journal":2}\n\n');
  assert.equal((await linesOf(project)).length, 1);
});
