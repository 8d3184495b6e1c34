/** What goes wrong with a training in the queue: the project's database takes no write, numbers run away; and how it goes on after that. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { cancelTraining, resumeTraining } from '../../../src-main/jobs/train/requests.ts';
import { trainingStandings } from '../../../src-main/jobs/train/standing.ts';
import { getJob } from '../../../src-main/store/jobs/job.ts';
import { listRpns } from '../../../src-main/store/training/rpn.ts';
import { getTrainingRun, trainingPoints } from '../../../src-main/store/training/training-run.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { STEPS, trainingLane } from '../../support/training-lane.ts';

/** From now on the database takes no write, not the smallest, as on a disk without a byte left. */
function closeDatabase({ db }: Project): void {
  db.pragma('query_only = ON');
}

function openDatabase({ db }: Project): void {
  db.pragma('query_only = OFF');
}

const written = (project: Project): (string | null)[] => [
  getJob(project.db, 1).state,
  getTrainingRun(project.db, 1).state,
  getTrainingRun(project.db, 1).message,
];

test('a database that takes no write fails the run at once, though that cannot be written down; with room it is, and every step is made once', async (t) => {
  const { project, open, until, status, step, jobs, trainers } = await trainingLane(t, { stepMs: 2 });
  const queue = open();
  await until('running');
  while (step() < 20) await delay(5);
  closeDatabase(project);
  await until('failed');
  const [{ run }] = trainingStandings(project.db) as [ReturnType<typeof trainingStandings>[number]];
  assert.match(
    run.message!,
    /the project cannot be written.*; then go on with the run \(Try again on the Train page/,
  );
  assert.match(run.message!, /saved last is kept/);
  assert.deepEqual(
    jobs.filter(({ state }) => state !== 'running').map(({ state, message }) => [state, message]),
    [['failed', run.message]],
  );
  assert.ok(trainers[0]!.disposed);

  openDatabase(project);
  for (let n = 0; written(project)[0] !== 'failed'; n++) {
    assert.ok(n < 100, 'it is never written down');
    await delay(100);
  }
  assert.deepEqual(written(project), ['failed', 'failed', run.message]);
  assert.equal(status(), 'failed');
  resumeTraining(project, 1);
  queue.wake();
  await until('done');
  await queue.stop();
  assert.deepEqual(
    trainingPoints(project.db, 1, -1, 1000).map((point) => point.step),
    Array.from({ length: STEPS + 1 }, (_, n) => n),
  );
  assert.equal(listRpns(project.db).length, 1);
});

test('who makes room and asks at once need not wait until the failure is written down', async (t) => {
  const { project, open, until, step } = await trainingLane(t, { stepMs: 2 });
  const queue = open();
  await until('running');
  while (step() < 20) await delay(5);
  closeDatabase(project);
  await until('failed');
  assert.throws(() => resumeTraining(project, 1), { code: 'read_only' });
  openDatabase(project);
  resumeTraining(project, 1);
  queue.wake();
  await until('running');
  closeDatabase(project);
  await until('failed');
  openDatabase(project);
  await cancelTraining(project, 1);
  assert.deepEqual([getTrainingRun(project.db, 1).state, listRpns(project.db).length], ['cancelled', 0]);
  await queue.stop();
});

test('numbers that run away end the run with the best weights before that; from the first step on there are none, and it fails', async (t) => {
  const ranAway = new FoveaError('diverged', 'training ran away: the loss of a sample is NaN', {
    next: 'Train slower',
  });
  const { project, open, until, step, trainers } = await trainingLane(t, { stepMs: 2 });
  const queue = open();
  await until('running');
  while (step() < 40) await delay(5);
  trainers[0]!.failing = ranAway;
  await until('done');
  const [{ run }] = trainingStandings(project.db) as [ReturnType<typeof trainingStandings>[number]];
  assert.match(
    run.message!,
    /^the loss ran away after step \d+: this is the best before that\. Train with a smaller/,
  );
  const [version] = listRpns(project.db);
  assert.ok(version!.metrics!.step! >= 40 && version!.metrics!.step! % 20 === 0, `${version!.metrics!.step}`);
  const last = trainingPoints(project.db, 1, -1, 1000).at(-1)!.step;
  assert.ok(last >= version!.metrics!.step!, 'its curve is there up to where it ran away');
  await queue.stop();

  const other = await trainingLane(t, { failing: ranAway });
  const lane = other.open();
  await other.until('failed');
  await lane.stop();
  assert.match(
    trainingStandings(other.project.db)[0]!.run.message!,
    /the loss of a sample is NaN\. Train slower$/,
  );
  assert.equal(listRpns(other.project.db).length, 0);
});
