/** A process to be killed: works on the newest job of the project given with the fake engine, and prints a line for each answer. */
import { setTimeout as delay } from 'node:timers/promises';
import { runEvaluateJob } from '../../src-main/jobs/evaluate/evaluate.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { listJobs } from '../../src-main/store/jobs/job.ts';
import { fakeEngine } from './fake-engine.ts';

const project = openProject(process.argv[2]!);
const engine = fakeEngine(async () => delay(1));
const { tryMethod } = engine;
engine.tryMethod = async (...asked) => {
  const outcome = await tryMethod(...asked);
  process.stdout.write(`${outcome.answer}\n`);
  return outcome;
};
await runEvaluateJob(project, engine, listJobs(project.db)[0]!.id);
process.stdout.write('finished\n');
project.close();
