/** A training job in the queue's own lane, as the app does it; the process that trains is a stand-in that learns by rote. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startJobQueue, type JobQueue } from '../../src-main/jobs/queue/queue.ts';
import { trainingStandings } from '../../src-main/jobs/train/standing.ts';
import { addTrainJob } from '../../src-main/jobs/train/train.ts';
import type { Project } from '../../src-main/store/file/project.ts';
import type { Job } from '../../src-shared/contract/domain.ts';
import type { FoveaError } from '../../src-shared/contract/errors.ts';
import type { TrainingStatus } from '../../src-shared/contract/training.ts';
import { fakeEngine } from './fake-engine.ts';
import { RoteTrainer } from './rote-trainer.ts';
import { testTrainParams } from './train-params.ts';
import { scenes, trainingProject } from './training-project.ts';

export const STEPS = 400;

export interface Lane {
  readonly project: Project;
  readonly jobs: Job[];
  readonly trainers: RoteTrainer[];
  open(): JobQueue;
  status(): TrainingStatus | undefined;
  until(status: TrainingStatus): Promise<void>;
  step(): number;
}

export async function trainingLane(
  t: TestContext,
  { stepMs = 4, failing = null as FoveaError | null } = {},
): Promise<Lane> {
  const { project, correct } = await trainingProject(t, await scenes(8));
  correct(1);
  correct(2);
  await addTrainJob(project, testTrainParams(t, { steps: STEPS, measureEvery: 20 }));
  const jobs: Job[] = [];
  const trainers: RoteTrainer[] = [];
  const status = () => trainingStandings(project.db)[0]?.status;
  return {
    project,
    jobs,
    trainers,
    status,
    open: () =>
      startJobQueue(
        project,
        fakeEngine(),
        { onProgress: (job) => jobs.push(job), onSample: () => {} },
        () => {
          const trainer = new RoteTrainer(stepMs);
          trainer.failing = failing;
          trainers.push(trainer);
          return trainer;
        },
      ),
    until: async (wanted) => {
      for (let n = 0; status() !== wanted; n++) {
        assert.ok(
          n < 1500,
          `it is ${status()}, not ${wanted}: ${trainingStandings(project.db)[0]?.run.message}`,
        );
        await delay(10);
      }
    },
    step: () => trainingStandings(project.db)[0]?.run.step ?? 0,
  };
}
