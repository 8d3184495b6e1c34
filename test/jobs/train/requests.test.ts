/**
 * Training in the queue's own lane, as the app does it: paused, gone on with, ended early with the best so far, given up, and taken up
 * after a crash. The process that trains is a stand-in that learns by rote; `test/app/cli/train.test.ts` has the real one.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { jobLine } from '../../../src-main/app/cli/job-words.ts';
import { jobEntries } from '../../../src-main/jobs/queue/entries.ts';
import {
  cancelTraining,
  finishTraining,
  pauseTraining,
  resumeTraining,
} from '../../../src-main/jobs/train/requests.ts';
import { trainingStandings } from '../../../src-main/jobs/train/standing.ts';
import { addTrainJob } from '../../../src-main/jobs/train/train.ts';
import { listRpns } from '../../../src-main/store/training/rpn.ts';
import { trainingPoints } from '../../../src-main/store/training/training-run.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { testTrainParams } from '../../support/train-params.ts';
import { STEPS, trainingLane } from '../../support/training-lane.ts';

test('paused it stays so over a restart; gone on with it makes every step once and becomes a version', async (t) => {
  const { project, open, until, status, step, trainers, jobs } = await trainingLane(t);
  assert.equal(status(), 'waiting');
  let queue = open();
  await until('running');
  while (step() < 20) await delay(10);
  pauseTraining(project, 1);
  assert.equal(status(), 'pausing');
  await until('paused');
  await queue.stop();
  const at = step();
  assert.ok(at >= 20 && at < STEPS, `${at}`);
  const [entry] = jobEntries(project.db, 0, 1);
  assert.deepEqual([entry!.done, entry!.total], [at, STEPS]);
  assert.match(jobLine(entry!), new RegExp(`^job \\d+  train  paused .*  ${at} steps of ${STEPS}`));
  assert.ok(trainers[0]!.disposed, 'the process that trained is gone');

  queue = open();
  await queue.idle();
  assert.deepEqual([status(), step(), trainers.length], ['paused', at, 1]);
  resumeTraining(project, 1);
  queue.wake();
  await until('done');
  await queue.stop();
  assert.deepEqual([trainers.length, trainers[1]!.openedAt], [2, at]);
  assert.deepEqual(
    trainingPoints(project.db, 1, -1, 1000).map((point) => point.step),
    Array.from({ length: STEPS + 1 }, (_, n) => n),
  );
  const [run] = trainingStandings(project.db);
  assert.deepEqual([run!.run.teacher?.against, run!.run.message], ['corrected', null]);
  assert.deepEqual(
    listRpns(project.db).map(({ id, trainingRunId }) => [id, trainingRunId]),
    [[run!.run.rpnId, 1]],
  );
  const told = jobs.filter(({ state, total }) => state === 'running' && total === STEPS);
  assert.ok(told.some(({ etaSeconds, rate }) => etaSeconds !== null && etaSeconds > 0 && rate! > 0));
  assert.equal(jobs.at(-1)!.state, 'done');
});

test('one that ends early becomes a version of the best so far; one that is given up leaves nothing', async (t) => {
  const { project, open, until, step, status } = await trainingLane(t);
  const queue = open();
  await until('running');
  while (step() < 20) await delay(10);
  finishTraining(project, 1);
  assert.equal(status(), 'finishing');
  await until('done');
  const [first] = trainingStandings(project.db);
  assert.match(first!.run.message ?? '', /^ended early, after step \d+ of 400/);
  assert.equal(listRpns(project.db).length, 1);
  assert.throws(() => pauseTraining(project, 1), { code: 'conflict' });
  assert.throws(() => resumeTraining(project, 1), { code: 'conflict' });

  await addTrainJob(project, testTrainParams(t, { steps: STEPS, measureEvery: 20 }));
  queue.wake();
  await until('running');
  assert.throws(() => finishTraining(project, 2), { code: 'conflict', message: /not measured/ });
  while (step() < 20) await delay(10);
  await cancelTraining(project, 2);
  await until('cancelled');
  await queue.idle();
  assert.equal(listRpns(project.db).length, 1);
  assert.ok(!existsSync(`${project.path}/training/2`));

  // Paused before its turn, then given up: nobody held it.
  await addTrainJob(project, testTrainParams(t, {}));
  pauseTraining(project, 3);
  assert.equal(status(), 'paused');
  await cancelTraining(project, 3);
  assert.equal(status(), 'cancelled');
  await queue.stop();
});

test('the app that closes leaves it to the next start; one that failed says why and is tried again', async (t) => {
  const { project, open, until, step, status, trainers } = await trainingLane(t, { stepMs: 2 });
  let queue = open();
  await until('running');
  while (step() < 20) await delay(10);
  await queue.stop();
  assert.equal(status(), 'waiting');
  queue = open();
  await until('running');
  trainers.at(-1)!.failing = new FoveaError('no_space', 'no room is left', { next: 'Make some' });
  await until('failed');
  await queue.idle();
  const [failed] = trainingStandings(project.db);
  assert.match(failed!.run.message ?? '', /no room/);
  resumeTraining(project, 1);
  assert.equal(status(), 'waiting');
  queue.wake();
  await until('done');
  await queue.stop();
  assert.equal(listRpns(project.db).length, 1);
});
