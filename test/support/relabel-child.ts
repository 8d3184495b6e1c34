/** A process to be killed: works on the project's unfinished relabel jobs and says when each batch is saved. */
import { unfinishedJobs, claimJob } from '../../src-main/store/jobs/job.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { isAlive, thisProcess } from '../../src-main/jobs/lease/process-id.ts';
import { workOnRelabelJob } from '../../src-main/jobs/relabel/relabel.ts';

const project = await openProject(process.argv[2]);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
for (const job of unfinishedJobs(project.db)) {
  const lease = claimJob(project.db, job.id, thisProcess(), isAlive);
  if (lease) await workOnRelabelJob(project, lease, { onSamples: () => say('batch') });
}
say('finished');
project.close();
