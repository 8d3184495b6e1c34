/** Rounds of dealing are in the journal, and a project that is rebuilt from it has them again, with what each reviewer said. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createDeal, endDeal, listDeals } from '../../../src-main/store/assignment/deals.ts';
import { wordsOn } from '../../../src-main/store/assignment/words.ts';
import { backUpDaily } from '../../../src-main/store/backup/backup.ts';
import { read, write } from '../../../src-main/store/db.ts';
import { openProject, type Project } from '../../../src-main/store/file/project.ts';
import { JOURNAL_FILE } from '../../../src-main/store/journal/journal.ts';
import { readDealt, readJournal, readRounds } from '../../../src-main/store/journal/read.ts';
import { repairProject } from '../../../src-main/store/repair/repair.ts';
import { reviewHistory, submitReview } from '../../../src-main/store/reviews/review.ts';
import { sampleState } from '../../../src-main/store/samples/state.ts';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { testProject } from '../../support/project.ts';

const SCOPE = { filter: NO_FILTER, ids: null, except: [] };

function say(project: Project, sampleId: number, reviewer: string, note: string): void {
  submitReview(
    project.db,
    { sampleId, predictionId: null, decision: 'reject', label: null, reviewer, note },
    undefined,
  );
}

async function gathered<T>(lines: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

const dealtRows = ({ db }: Project): unknown[] =>
  read(
    db,
    `SELECT s.external_id AS sample, d.reviewer, x.name AS round, v.note FROM dealt d JOIN sample s ON s.id = d.sample_id
     JOIN deal x ON x.id = d.deal_id LEFT JOIN review v ON v.id = d.review_id ORDER BY 1, 2`,
  ).all();

/** Two rounds, the first one over; of one sample both reviewers’ words and an admin’s, one reviewer’s a second time. */
async function reviewed(t: TestContext): Promise<Project> {
  const project = await testProject(t, 6);
  await backUpDaily(project.db, project.path);
  const wish = { ...SCOPE, reviewers: ['Ana', 'Bo'], overlap: 2, seed: 3, by: 'owner' };
  const first = createDeal(project.db, { ...wish, name: 'First', ids: [1, 2, 3], blind: true });
  say(project, 1, 'Ana', 'a1');
  say(project, 1, 'Bo', 'b1');
  say(project, 1, 'Cleo', 'the admin’s');
  say(project, 1, 'Bo', 'b2');
  say(project, 2, 'Ana', 'a2');
  endDeal(project.db, first.id);
  createDeal(project.db, { ...wish, name: 'Second', reviewers: ['Bo', 'Dee'], blind: false });
  say(project, 4, 'Dee', 'd4');
  return project;
}

function lose(project: Project): void {
  project.db.pragma('wal_checkpoint(TRUNCATE)');
  project.close();
  for (const ending of ['', '-wal', '-shm'])
    rmSync(join(project.path, `project.db${ending}`), { force: true });
}

test('each round is told with its samples before it, its end too; an older journal reads as before', async (t) => {
  const project = await reviewed(t);
  const file = join(project.path, JOURNAL_FILE);
  const rounds = await readRounds(file);
  assert.deepEqual(
    rounds.map(({ round, ended, overlap, blind, by }) => [round, ended !== null, overlap, blind, by]),
    [
      ['First', false, 2, true, 'owner'],
      ['First', true, 2, true, 'owner'],
      ['Second', false, 2, false, 'owner'],
    ],
  );
  const dealt = await gathered(readDealt(file));
  assert.deepEqual(
    dealt.map(({ sample, dealt: to }) => [sample, ...to]),
    [
      ...['q1', 'q2', 'q3'].map((sample) => [sample, 'Ana', 'Bo']),
      // What nobody decided of the first round is dealt again.
      ...['q3', 'q4', 'q5', 'q6'].map((sample) => [sample, 'Bo', 'Dee']),
    ],
  );
  const lines = readFileSync(file, 'utf8').split('\n');
  const at = (part: string): number => lines.findIndex((line) => line.includes(part));
  assert.ok(at('"dealt":["Ana","Bo"]') < at('"round":"First"'));
  const decisions = (await gathered(readJournal(file))).length;
  writeFileSync(file, lines.filter((line) => !/"(dealt|round)"/.test(line)).join('\n'));
  assert.equal((await gathered(readJournal(file))).length, decisions);
  assert.deepEqual(await readRounds(file), []);
});

test('a database that was deleted has its rounds again, every word of every reviewer, and what it came to', async (t) => {
  const project = await reviewed(t);
  const before = {
    rows: dealtRows(project),
    rounds: listDeals(project.db),
    words: wordsOn(project.db, 1).map(({ note }) => note),
    states: [1, 2, 3, 4].map((id) => sampleState(project.db, id)!.state),
  };
  lose(project);
  const report = await repairProject(project.path);
  assert.deepEqual([report.rounds, report.replayed], [2, 6]);
  const again = openProject(project.path);
  t.after(() => again.close());
  assert.deepEqual(dealtRows(again), before.rows);
  assert.deepEqual(listDeals(again.db), before.rounds);
  assert.deepEqual(
    wordsOn(again.db, 1).map(({ note }) => note),
    before.words,
  );
  assert.deepEqual(
    [1, 2, 3, 4].map((id) => sampleState(again.db, id)!.state),
    before.states,
  );
  assert.equal(reviewHistory(again.db, 1).length, 4);
  // Twice is once.
  again.close();
  const twice = await repairProject(project.path);
  assert.deepEqual([twice.rounds, twice.replayed], [0, 0]);
});

test('a crash between commit and line loses no round, and a journal from before rounds gets them once', async (t) => {
  const project = await reviewed(t);
  const file = join(project.path, JOURNAL_FILE);
  const [rounds, dealt] = [await readRounds(file), await gathered(readDealt(file))];
  // As the migration notes rounds of before: now.
  const noted = new Date().toISOString();
  write(project.db, 'UPDATE deal_event SET noted_at = ?').run(noted);
  project.close();
  const others = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !/"(dealt|round)"/.test(line));
  writeFileSync(file, others.join('\n'));
  openProject(project.path).close();
  assert.deepEqual(
    await readRounds(file),
    rounds.map((round) => ({ ...round, noted })),
  );
  // The first round's unanswered samples were freed by its end: they are told as they are dealt now.
  const now = await gathered(readDealt(file));
  assert.deepEqual(
    now.filter(({ event }) => event === rounds[2]!.event),
    dealt.filter(({ event }) => event === rounds[2]!.event).map((line) => ({ ...line, noted })),
  );
  const size = readFileSync(file).length;
  openProject(project.path).close();
  assert.equal(readFileSync(file).length, size, 'nothing is written twice');
});
